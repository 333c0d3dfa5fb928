package cairn.linux.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes instructions one after the other; jumps find their labels in the end.
///
/// | offset | bytes | field of an instruction (`struct bpf_insn`, `linux/bpf.h`)    |
/// |-------:|------:|---------------------------------------------------------------|
/// |      0 |     1 | operation                                                     |
/// |      1 |     1 | destination register in the low four bits, source in the high |
/// |      2 |     2 | offset, of memory or of a jump, in instructions after this    |
/// |      4 |     4 | immediate                                                     |
public final class Assembler {
  static final int INSTRUCTION_BYTES = 8;

  private static final int LOAD = 0x61;
  private static final int STORE_REGISTER = 0x63;
  private static final int LOAD_LONG_IMMEDIATE = 0x18;
  private static final int ARITHMETIC = 0x07;
  private static final int JUMP = 0x05;
  private static final int OF_REGISTER = 0x08;
  private static final int CALL = 0x85;
  private static final int EXIT = 0x95;
  private static final int ATOMIC_LONG = 0xdb;
  private static final int ATOMIC_ADD = 0x00;
  private static final int EXCHANGE = 0xe1;
  private static final int COMPARE_AND_EXCHANGE = 0xf1;
  private static final int MAP_BY_DESCRIPTOR = 1;
  private static final int VALUE_OF_MAP = 2;

  private record Instruction(
      int operation, int registers, int offset, int immediate, @Nullable Label target) {}

  private final List<Instruction> instructions = new ArrayList<>();

  public Assembler load(Width width, Register to, Register address, int offset) {
    return add(LOAD | width.code(), pair(to, address), offset, 0);
  }

  public Assembler store(Width width, Register address, int offset, Register from) {
    return add(STORE_REGISTER | width.code(), pair(address, from), offset, 0);
  }

  /// Adds to eight bytes of memory, in one step for all who look.
  public Assembler atomicAdd(Register address, int offset, Register number) {
    return add(ATOMIC_LONG, pair(address, number), offset, ATOMIC_ADD);
  }

  /// Puts eight bytes into memory, and into `with` what was there. Since Linux 5.12, see
  /// [Bpf#exchanges].
  public Assembler exchange(Register address, int offset, Register with) {
    return add(ATOMIC_LONG, pair(address, with), offset, EXCHANGE);
  }

  /// Puts eight bytes into memory when those of `R0` are there; `R0` has what was there after that.
  /// Since Linux 5.12.
  public Assembler compareAndExchange(Register address, int offset, Register with) {
    return add(ATOMIC_LONG, pair(address, with), offset, COMPARE_AND_EXCHANGE);
  }

  /// Arithmetic with a number, which is extended to 64 bits with its sign.
  public Assembler apply(Operation operation, Register to, int number) {
    return add(ARITHMETIC | operation.code(), to.number(), 0, number);
  }

  public Assembler apply(Operation operation, Register to, Register from) {
    return add(ARITHMETIC | OF_REGISTER | operation.code(), pair(to, from), 0, 0);
  }

  public Assembler move(Register to, int number) {
    return apply(Operation.MOVE, to, number);
  }

  public Assembler move(Register to, Register from) {
    return apply(Operation.MOVE, to, from);
  }

  public Assembler moveLong(Register to, long number) {
    return wide(to.number(), (int) number, (int) (number >>> 32));
  }

  /// The map itself, as helpers want it.
  public Assembler moveMap(Register to, BpfMap map) {
    return moveMap(to, map.descriptor().number());
  }

  Assembler moveMap(Register to, int descriptor) {
    return wide(to.number() | (MAP_BY_DESCRIPTOR << 4), descriptor, 0);
  }

  /// The address of the only value of an array.
  public Assembler moveValue(Register to, BpfMap map) {
    return moveValue(to, map.descriptor().number());
  }

  Assembler moveValue(Register to, int descriptor) {
    return wide(to.number() | (VALUE_OF_MAP << 4), descriptor, 0);
  }

  public Assembler jump(Label target) {
    instructions.add(new Instruction(JUMP, 0, 0, 0, target));
    return this;
  }

  public Assembler jumpIf(Register left, Condition condition, int right, Label target) {
    instructions.add(new Instruction(JUMP | condition.code(), left.number(), 0, right, target));
    return this;
  }

  public Assembler jumpIf(Register left, Condition condition, Register right, Label target) {
    int operation = JUMP | OF_REGISTER | condition.code();
    instructions.add(new Instruction(operation, pair(left, right), 0, 0, target));
    return this;
  }

  /// The label is where the next instruction will be.
  public Assembler place(Label label) {
    label.place(instructions.size());
    return this;
  }

  public Assembler call(Helper helper) {
    return add(CALL, 0, 0, helper.number());
  }

  public Assembler exit() {
    return add(EXIT, 0, 0, 0);
  }

  /// @throws IllegalStateException when a label is nowhere or too far away
  public byte[] assemble() {
    ByteBuffer bytes =
        ByteBuffer.allocate(instructions.size() * INSTRUCTION_BYTES).order(ByteOrder.nativeOrder());
    for (int at = 0; at < instructions.size(); at++) {
      Instruction next = instructions.get(at);
      bytes
          .put((byte) next.operation)
          .put((byte) next.registers)
          .putShort(next.target == null ? (short) next.offset : distance(at, next.target))
          .putInt(next.immediate);
    }
    return bytes.array();
  }

  private static short distance(int from, Label target) {
    int distance = target.position() - from - 1;
    if (distance != (short) distance) {
      throw new IllegalStateException(target + " is too far away for a jump");
    }
    return (short) distance;
  }

  private Assembler wide(int registers, int low, int high) {
    add(LOAD_LONG_IMMEDIATE, registers, 0, low);
    return add(0, 0, 0, high);
  }

  private Assembler add(int operation, int registers, int offset, int immediate) {
    if (offset != (short) offset) {
      throw new IllegalArgumentException("an offset of 16 bits, not " + offset);
    }
    instructions.add(new Instruction(operation, registers, offset, immediate, null));
    return this;
  }

  private static int pair(Register destination, Register source) {
    return destination.number() | (source.number() << 4);
  }
}
