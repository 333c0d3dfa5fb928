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
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The blocks of each bio that is under way, by its address: a bio that ends does not say any more
/// where it was.
///
/// Each bio has a group of [#GROUP_SLOTS] slots, found by a hash of its address, of which it takes
/// one that is free. A slot has 32 bytes: the address of the bio or 0, its first block, its last,
/// and nothing. When none is free it is put into a hash table of the kernel's, which takes several
/// times as long, and a counter says that there is something in it.
///
/// Between being queued and its end a bio is nobody else's, so its slot is not either. Slots are
/// taken and given back by atomic exchanges, which order what is read and written around them.
///
/// @param slots a group for each entry; null where the kernel has no such exchanges (before 5.12):
///   there all are in the hash table, and nothing is counted
/// @param others the hash table: first and last block
/// @param control page of [Control], which has the counter
record UnderWay(@Nullable BpfMap slots, BpfMap others, BpfMap control) {
  static final int GROUP_SLOTS = 4;

  private static final int GROUP_BITS = 13;
  private static final int OTHERS_MAX = 32 << 10;
  static final int SLOT_BYTES = 32;
  private static final int FIRST = 8;
  private static final int LAST = 16;
  private static final long GOLDEN_RATIO = 0x9e37_79b9_7f4a_7c15L;

  // What lies on the stack, below what MarkingCode has there.
  private static final int BIO = -24;
  private static final int BLOCKS = -40;
  private static final int GROUP = -44;

  /// @param exchanges whether the kernel has them
  static UnderWay create(BpfMap control, boolean exchanges, Resources resources)
      throws IOException {
    BpfMap others =
        BpfMap.create("cairn_others", BpfMap.Shape.hash(Long.BYTES, 2 * Long.BYTES, OTHERS_MAX));
    resources.add(others::close);
    if (!exchanges) {
      return new UnderWay(null, others, control);
    }
    BpfMap slots =
        BpfMap.create(
            "cairn_under_way", BpfMap.Shape.array(GROUP_SLOTS * SLOT_BYTES, 1 << GROUP_BITS));
    resources.add(slots::close);
    return new UnderWay(slots, others, control);
  }

  /// Remembers the blocks from `R6` to `R7`, which it keeps, of the bio in `R9`, until it ends.
  void remember(MarkingCode code) {
    Assembler assembler = code.assembler();
    Label known = new Label("this bio is there");
    Label done = new Label("is remembered");
    forgetPointer(assembler);
    if (slots != null) {
      Label free = new Label("find a free slot");
      Label taken = new Label("a slot is taken");
      List<Label> same = findSlot(code, slots);
      loadCount(assembler);
      assembler.jumpIf(R1, Condition.EQUAL, 0, free);
      findOther(assembler);
      assembler.jumpIf(R0, Condition.NOT_EQUAL, 0, known).place(free);
      for (int slot = 0; slot < GROUP_SLOTS; slot++) {
        assembler
            .move(R0, 0)
            .compareAndExchange(R8, slot * SLOT_BYTES, R9)
            .move(R1, R8)
            .apply(Operation.ADD, R1, slot * SLOT_BYTES + FIRST)
            .jumpIf(R0, Condition.EQUAL, 0, taken);
      }
      putOther(code);
      count(assembler, 1);
      assembler.jump(done).place(taken);
      storeBlocks(assembler, R1);
      assembler.jump(done);
      for (int slot = 0; slot < GROUP_SLOTS; slot++) {
        assembler
            .place(same.get(slot))
            .move(R0, R8)
            .apply(Operation.ADD, R0, slot * SLOT_BYTES + FIRST)
            .jump(known);
      }
    } else {
      findOther(assembler);
      assembler.jumpIf(R0, Condition.NOT_EQUAL, 0, known);
      putOther(code);
      assembler.jump(done);
    }
    // Queued once more on its way, as it is when it goes from a partition to its disk.
    Label unpaired = new Label("another bio there");
    assembler
        .place(known)
        .load(Width.LONG, R1, R0, 0)
        .jumpIf(R1, Condition.NOT_EQUAL, R6, unpaired)
        .load(Width.LONG, R1, R0, LAST - FIRST)
        .jumpIf(R1, Condition.EQUAL, R7, done)
        .place(unpaired);
    code.report(Loss.UNPAIRED);
    storeBlocks(assembler, R0);
    assembler.place(done);
  }

  /// The blocks of the bio in `R9`, which is under way no longer, in `R6` and `R7`; exits when it
  /// is not known.
  void recall(MarkingCode code) {
    Assembler assembler = code.assembler();
    Label done = new Label("is recalled");
    forgetPointer(assembler);
    if (slots != null) {
      List<Label> found = findSlot(code, slots);
      Label elsewhere = new Label("look elsewhere");
      assembler.jump(elsewhere);
      for (int slot = 0; slot < GROUP_SLOTS; slot++) {
        assembler
            .place(found.get(slot))
            .load(Width.LONG, R6, R8, slot * SLOT_BYTES + FIRST)
            .load(Width.LONG, R7, R8, slot * SLOT_BYTES + LAST)
            .move(R1, 0)
            .exchange(R8, slot * SLOT_BYTES, R1)
            .jump(done);
      }
      assembler.place(elsewhere);
      loadCount(assembler);
      assembler.jumpIf(R1, Condition.EQUAL, 0, code.exit());
    }
    findOther(assembler);
    assembler
        .jumpIf(R0, Condition.EQUAL, 0, code.exit())
        .load(Width.LONG, R6, R0, 0)
        .load(Width.LONG, R7, R0, LAST - FIRST);
    keyOfOther(assembler);
    assembler.call(Helper.MAP_DELETE);
    if (slots != null) {
      count(assembler, -1);
    }
    assembler.place(done);
  }

  /// Makes a number of the pointer in `R9`, which the verifier does not let anyone calculate with.
  /// It forgets what something is of which a byte was overwritten; the highest one is the same in
  /// all.
  private static void forgetPointer(Assembler assembler) {
    int highest = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? BIO + Long.BYTES - 1 : BIO;
    assembler
        .move(R1, 1)
        .store(Width.LONG, R10, BIO, R9)
        .store(Width.BYTE, R10, highest, R1)
        .load(Width.LONG, R9, R10, BIO);
  }

  /// The group of the bio in `R9`, in `R8`.
  ///
  /// @return where it goes to when a slot is the bio's, for each slot; else it goes on
  private static List<Label> findSlot(MarkingCode code, BpfMap slots) {
    Assembler assembler = code.assembler();
    assembler
        .moveLong(R2, GOLDEN_RATIO)
        .move(R1, R9)
        .apply(Operation.MULTIPLY, R1, R2)
        .apply(Operation.SHIFT_RIGHT, R1, Long.SIZE - GROUP_BITS)
        .store(Width.INT, R10, GROUP, R1)
        .moveMap(R1, slots)
        .move(R2, R10)
        .apply(Operation.ADD, R2, GROUP)
        .call(Helper.MAP_LOOKUP)
        .jumpIf(R0, Condition.EQUAL, 0, code.lost(Loss.OUT_OF_BOUNDS))
        .move(R8, R0);
    List<Label> found = new ArrayList<>();
    for (int slot = 0; slot < GROUP_SLOTS; slot++) {
      Label label = new Label("slot " + slot);
      found.add(label);
      assembler.load(Width.LONG, R1, R8, slot * SLOT_BYTES).jumpIf(R1, Condition.EQUAL, R9, label);
    }
    return found;
  }

  private static void storeBlocks(Assembler assembler, Register at) {
    assembler.store(Width.LONG, at, 0, R6).store(Width.LONG, at, LAST - FIRST, R7);
  }

  private void loadCount(Assembler assembler) {
    assembler.moveValue(R1, control).load(Width.LONG, R1, R1, Control.ELSEWHERE_OFFSET);
  }

  private void count(Assembler assembler, int more) {
    assembler.moveValue(R1, control).move(R2, more).atomicAdd(R1, Control.ELSEWHERE_OFFSET, R2);
  }

  /// The blocks of the bio in `R9` in the hash table, in `R0`, or 0.
  private void findOther(Assembler assembler) {
    keyOfOther(assembler);
    assembler.call(Helper.MAP_LOOKUP);
  }

  private void putOther(MarkingCode code) {
    Assembler assembler = code.assembler();
    assembler.store(Width.LONG, R10, BLOCKS, R6).store(Width.LONG, R10, BLOCKS + LAST - FIRST, R7);
    keyOfOther(assembler);
    assembler
        .move(R3, R10)
        .apply(Operation.ADD, R3, BLOCKS)
        .move(R4, 0)
        .call(Helper.MAP_UPDATE)
        .jumpIf(R0, Condition.NOT_EQUAL, 0, code.lost(Loss.TABLE_FULL));
  }

  private void keyOfOther(Assembler assembler) {
    assembler.moveMap(R1, others).move(R2, R10).apply(Operation.ADD, R2, BIO);
  }
}
