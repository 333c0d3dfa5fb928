package cairn.linux.tracking;

import static cairn.linux.bpf.Register.R0;
import static cairn.linux.bpf.Register.R1;
import static cairn.linux.bpf.Register.R10;
import static cairn.linux.bpf.Register.R2;
import static cairn.linux.bpf.Register.R3;
import static cairn.linux.bpf.Register.R4;
import static cairn.linux.bpf.Register.R6;
import static cairn.linux.bpf.Register.R7;
import static cairn.linux.bpf.Register.R8;
import static cairn.linux.bpf.Register.R9;

import cairn.linux.bpf.Assembler;
import cairn.linux.bpf.BpfMap;
import cairn.linux.bpf.Condition;
import cairn.linux.bpf.Helper;
import cairn.linux.bpf.Label;
import cairn.linux.bpf.Operation;
import cairn.linux.bpf.Register;
import cairn.linux.bpf.Width;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The part of a program that all events share: from sectors to marks.
///
/// Between its pieces `R6` and `R7` hold a range: sector and number of sectors before [#clip],
/// first and last block after it.
///
/// What the verifier wants, which walks through each loop turn by turn: every loop counts in a
/// register of its own up to a fixed bound, and jumps back when it goes on (the other way round
/// each turn would leave a branch to be looked at later, and there is room for 8,192 of them). No
/// size of a bio or request exceeds 32 bits, so bounds that suffice for 4 GiB suffice for all.
/// Large ranges are marked in granules of 32 blocks, in four stores, because 65,536 turns would
/// take the verifier minutes; they may mark up to 31 blocks too many at each end.
final class MarkingCode {
  static final int GRANULE_BLOCKS = 32;
  static final int SMALL_BLOCKS_MAX = 128;

  /// 4 GiB, and one more at each end.
  static final int GRANULES_MAX = (1 << (32 - Marks.BLOCK_SHIFT)) / GRANULE_BLOCKS + 2;

  private static final int SECTORS_SHIFT = Marks.BLOCK_SHIFT - TrackedRange.SECTOR_SHIFT;
  private static final int PAGE_SHIFT = 12;
  private static final int PAGE_MASK = BpfMap.PAGE_BYTES - 1;
  private static final long EVERY_BYTE = 0x0101_0101_0101_0101L;

  // What lies on the stack, below R10.
  private static final int PAGE_KEY = -4;
  private static final int BIO_KEY = -16;
  private static final int BIO_VALUE = -32;
  private static final int HALVES = -40;

  private final Assembler assembler = new Assembler();
  private final TrackedRange range;
  private final Maps maps;
  private final Label exit = new Label("exit");
  private final Map<Loss, Label> losses = new EnumMap<>(Loss.class);

  /// What programs share.
  ///
  /// @param control page of [Control]
  /// @param marks pages of [Marks]
  /// @param underWay first and last block by the address of a bio; where [Events#remembers]
  record Maps(BpfMap control, BpfMap marks, @Nullable BpfMap underWay) {}

  MarkingCode(TrackedRange range, Maps maps) {
    this.range = range;
    this.maps = maps;
  }

  Assembler assembler() {
    return assembler;
  }

  /// Where to go when there is nothing to mark.
  Label exit() {
    return exit;
  }

  /// Where to go when it is not known what to mark.
  Label lost(Loss loss) {
    return losses.computeIfAbsent(loss, each -> new Label("lost " + each));
  }

  /// From bytes in `R7` to sectors.
  void bytesToSectors() {
    assembler
        .apply(Operation.ADD, R7, (1 << TrackedRange.SECTOR_SHIFT) - 1)
        .apply(Operation.SHIFT_RIGHT, R7, TrackedRange.SECTOR_SHIFT);
  }

  /// From sectors, at least one, to blocks of what is tracked.
  ///
  /// @param outside where to go when none of them is; changes `R1` only
  void clip(Label outside) {
    Label startsWithin = new Label("starts within");
    Label endsWithin = new Label("ends within");
    assembler
        .apply(Operation.ADD, R7, R6)
        .jumpIf(R7, Condition.AT_MOST, R6, lost(Loss.OUT_OF_BOUNDS))
        .moveLong(R1, range.endSector())
        .jumpIf(R6, Condition.AT_LEAST, R1, outside)
        .jumpIf(R7, Condition.AT_MOST, R1, endsWithin)
        .move(R7, R1)
        .place(endsWithin)
        .moveLong(R1, range.startSector())
        .jumpIf(R7, Condition.AT_MOST, R1, outside)
        .jumpIf(R6, Condition.AT_LEAST, R1, startsWithin)
        .move(R6, R1)
        .place(startsWithin)
        .apply(Operation.SUBTRACT, R6, R1)
        .apply(Operation.SUBTRACT, R7, R1)
        .apply(Operation.SUBTRACT, R7, 1)
        .apply(Operation.SHIFT_RIGHT, R6, SECTORS_SHIFT)
        .apply(Operation.SHIFT_RIGHT, R7, SECTORS_SHIFT);
  }

  /// Makes the verifier forget what it knows of the range: two halves that are stored come back as
  /// one number that can be anything. Then all ways to a place look alike to it, and it takes but
  /// one.
  void forgetBounds() {
    for (Register each : List.of(R6, R7)) {
      assembler
          .store(Width.INT, R10, HALVES, each)
          .move(R1, each)
          .apply(Operation.SHIFT_RIGHT, R1, Integer.SIZE)
          .store(Width.INT, R10, HALVES + Integer.BYTES, R1)
          .load(Width.LONG, each, R10, HALVES);
    }
  }

  /// Remembers the blocks by the address of the bio in `R9`, until it ends.
  void remember() {
    Label free = new Label("nothing there");
    Label unpaired = new Label("another bio there");
    key(R9);
    assembler
        .call(Helper.MAP_LOOKUP)
        .jumpIf(R0, Condition.EQUAL, 0, free)
        .load(Width.LONG, R1, R0, 0)
        .jumpIf(R1, Condition.NOT_EQUAL, R6, unpaired)
        .load(Width.LONG, R1, R0, Long.BYTES)
        .jumpIf(R1, Condition.EQUAL, R7, free)
        .place(unpaired);
    report(Loss.UNPAIRED);
    assembler.place(free).store(Width.LONG, R10, BIO_VALUE, R6);
    assembler.store(Width.LONG, R10, BIO_VALUE + Long.BYTES, R7);
    key(R9);
    assembler
        .move(R3, R10)
        .apply(Operation.ADD, R3, BIO_VALUE)
        .move(R4, 0)
        .call(Helper.MAP_UPDATE)
        .jumpIf(R0, Condition.NOT_EQUAL, 0, lost(Loss.TABLE_FULL));
  }

  /// The blocks of the bio in `R9`, which is under way no longer; exits when it is not known.
  void recall() {
    key(R9);
    assembler
        .call(Helper.MAP_LOOKUP)
        .jumpIf(R0, Condition.EQUAL, 0, exit)
        .load(Width.LONG, R6, R0, 0)
        .load(Width.LONG, R7, R0, Long.BYTES);
    key(R9);
    assembler.call(Helper.MAP_DELETE);
  }

  /// Marks the blocks, and exits.
  void mark() {
    Label large = new Label("many blocks");
    assembler
        .move(R8, R7)
        .apply(Operation.SUBTRACT, R8, R6)
        .jumpIf(R8, Condition.AT_LEAST, SMALL_BLOCKS_MAX, large);
    markEach();
    assembler.place(large);
    markGranules();
  }

  private void markEach() {
    Label next = new Label("next block");
    loadGeneration();
    assembler.move(R8, 0).place(next);
    findPage();
    assembler
        .move(R1, R6)
        .apply(Operation.AND, R1, PAGE_MASK)
        .apply(Operation.ADD, R0, R1)
        .store(Width.BYTE, R0, 0, R9)
        .jumpIf(R6, Condition.AT_LEAST, R7, exit)
        .apply(Operation.ADD, R6, 1)
        .apply(Operation.ADD, R8, 1)
        .jumpIf(R8, Condition.BELOW, SMALL_BLOCKS_MAX, next)
        .jump(lost(Loss.OUT_OF_BOUNDS));
  }

  private void markGranules() {
    Label next = new Label("next granule");
    assembler.move(R8, 0).place(next);
    markGranule();
    assembler
        .apply(Operation.ADD, R6, GRANULE_BLOCKS)
        .jumpIf(R6, Condition.ABOVE, R7, exit)
        .apply(Operation.ADD, R8, 1)
        .jumpIf(R8, Condition.BELOW, GRANULES_MAX, next)
        .jump(lost(Loss.OUT_OF_BOUNDS));
  }

  /// Marks the 32 blocks around the one in `R6`, which becomes the first of them.
  void markGranule() {
    int alignment = -GRANULE_BLOCKS;
    assembler.apply(Operation.AND, R6, alignment);
    findPage();
    assembler
        .move(R2, R6)
        .apply(Operation.AND, R2, PAGE_MASK & alignment)
        .apply(Operation.ADD, R0, R2)
        .moveValue(R1, maps.control)
        .load(Width.BYTE, R1, R1, Control.GENERATION_OFFSET)
        .moveLong(R2, EVERY_BYTE)
        .apply(Operation.MULTIPLY, R1, R2);
    for (int at = 0; at < GRANULE_BLOCKS; at += Long.BYTES) {
      assembler.store(Width.LONG, R0, at, R1);
    }
  }

  /// The end of the program.
  void finish() {
    Label lost = new Label("lost");
    for (Loss loss : Loss.values()) {
      Label label = losses.get(loss);
      if (label != null) {
        assembler.place(label).move(R3, loss.number()).jump(lost);
      }
    }
    assembler.place(lost);
    storeLoss();
    assembler.place(exit).move(R0, 0).exit();
  }

  private void report(Loss loss) {
    assembler.move(R3, loss.number());
    storeLoss();
  }

  private void storeLoss() {
    assembler
        .moveValue(R1, maps.control)
        .load(Width.BYTE, R2, R1, Control.GENERATION_OFFSET)
        .store(Width.BYTE, R1, Control.LOST_OFFSET, R2)
        .store(Width.BYTE, R1, Control.REASON_OFFSET, R3);
  }

  private void loadGeneration() {
    assembler.moveValue(R9, maps.control).load(Width.BYTE, R9, R9, Control.GENERATION_OFFSET);
  }

  /// The page of the block in `R6`, in `R0`.
  private void findPage() {
    assembler
        .move(R1, R6)
        .apply(Operation.SHIFT_RIGHT, R1, PAGE_SHIFT)
        .store(Width.INT, R10, PAGE_KEY, R1)
        .moveMap(R1, maps.marks)
        .move(R2, R10)
        .apply(Operation.ADD, R2, PAGE_KEY)
        .call(Helper.MAP_LOOKUP)
        .jumpIf(R0, Condition.EQUAL, 0, lost(Loss.OUT_OF_BOUNDS));
  }

  private void key(Register bio) {
    if (maps.underWay == null) {
      throw new IllegalStateException("no table of what is under way");
    }
    assembler
        .store(Width.LONG, R10, BIO_KEY, bio)
        .moveMap(R1, maps.underWay)
        .move(R2, R10)
        .apply(Operation.ADD, R2, BIO_KEY);
  }
}
