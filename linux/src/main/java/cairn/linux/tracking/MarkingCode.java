package cairn.linux.tracking;

import static cairn.linux.bpf.Register.R0;
import static cairn.linux.bpf.Register.R1;
import static cairn.linux.bpf.Register.R10;
import static cairn.linux.bpf.Register.R2;
import static cairn.linux.bpf.Register.R3;
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
import java.util.ArrayList;
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

  // Where it lies on the stack, below R10.
  private static final int PAGE_KEY = -4;

  private final Assembler assembler = new Assembler();
  private final TrackedRange range;
  private final Maps maps;
  private final Label exit = new Label("exit");
  private final List<Runnable> aside = new ArrayList<>();
  private final Map<Loss, Label> losses = new EnumMap<>(Loss.class);

  /// What programs share.
  ///
  /// @param control page of [Control]
  /// @param marks pages of [Marks]
  /// @param underWay where [Events#remembers]
  record Maps(BpfMap control, BpfMap marks, @Nullable UnderWay underWay) {}

  MarkingCode(TrackedRange range, Maps maps) {
    this.range = range;
    this.maps = maps;
  }

  Assembler assembler() {
    return assembler;
  }

  /// @throws IllegalStateException when none was made
  UnderWay underWay() {
    if (maps.underWay == null) {
      throw new IllegalStateException("no table of what is under way");
    }
    return maps.underWay;
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
    assembler
        .apply(Operation.ADD, R7, R6)
        .jumpIf(R7, Condition.AT_MOST, R6, lost(Loss.OUT_OF_BOUNDS))
        .moveLong(R1, range.endSector())
        .jumpIf(R6, Condition.AT_LEAST, R1, outside);
    limit(R7, Condition.ABOVE);
    assembler.moveLong(R1, range.startSector()).jumpIf(R7, Condition.AT_MOST, R1, outside);
    limit(R6, Condition.BELOW);
    assembler
        .apply(Operation.SUBTRACT, R6, R1)
        .apply(Operation.SUBTRACT, R7, R1)
        .apply(Operation.SUBTRACT, R7, 1)
        .apply(Operation.SHIFT_RIGHT, R6, SECTORS_SHIFT)
        .apply(Operation.SHIFT_RIGHT, R7, SECTORS_SHIFT);
  }

  /// Makes it `R1` when it is beyond that. Aside, so that the verifier sees the general case first,
  /// which has this one in it; the other way round it would walk through both.
  private void limit(Register register, Condition beyond) {
    Label isBeyond = new Label("is beyond");
    Label within = new Label("is within");
    assembler.jumpIf(register, beyond, R1, isBeyond).place(within);
    aside.add(() -> assembler.place(isBeyond).move(register, R1).jump(within));
  }

  /// Makes the verifier forget what it knows of the range, by adding what is always 0 and could be
  /// anything to it. Then all ways to a place look alike to it, and it takes but one.
  void forgetBounds() {
    assembler
        .moveValue(R1, maps.control)
        .load(Width.LONG, R1, R1, Control.ZERO_OFFSET)
        .apply(Operation.ADD, R6, R1)
        .apply(Operation.ADD, R7, R1);
  }

  /// Marks the blocks, and exits.
  void mark() {
    Label large = new Label("many blocks");
    forgetBounds();
    assembler
        .move(R8, R7)
        .apply(Operation.SUBTRACT, R8, R6)
        .jumpIf(R8, Condition.AT_LEAST, SMALL_BLOCKS_MAX, large);
    markEach();
    assembler.place(large);
    markGranules();
  }

  // A mark that is there already is not made again: it would take the line of the cache away from
  // all other processors, each time. Not compared as it is, from which the verifier would learn
  // something that keeps it from seeing that all turns are alike.
  private void markEach() {
    Label next = new Label("next block");
    Label marked = new Label("is marked");
    loadGeneration();
    assembler.move(R8, 0).place(next);
    findPage();
    assembler
        .move(R1, R6)
        .apply(Operation.AND, R1, PAGE_MASK)
        .apply(Operation.ADD, R0, R1)
        .load(Width.BYTE, R1, R0, 0)
        .apply(Operation.SUBTRACT, R1, R9)
        .jumpIf(R1, Condition.EQUAL, 0, marked)
        .store(Width.BYTE, R0, 0, R9)
        .place(marked)
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
    aside.forEach(Runnable::run);
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

  /// Goes on after that. Changes `R1` to `R3`.
  void report(Loss loss) {
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
}
