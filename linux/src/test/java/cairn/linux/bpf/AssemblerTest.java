package cairn.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Encodings by hand, after `linux/bpf.h` and the kernel's `Documentation/bpf/standardization`.
final class AssemblerTest {
  @Test
  void loadsAndStores() {
    assertThat(hex(a -> a.load(Width.BYTE, Register.R1, Register.R2, 3)))
        .isEqualTo("71 21 0300 00000000");
    assertThat(hex(a -> a.load(Width.SHORT, Register.R9, Register.R10, -8)))
        .isEqualTo("69 a9 f8ff 00000000");
    assertThat(hex(a -> a.load(Width.INT, Register.R0, Register.R6, 256)))
        .isEqualTo("61 60 0001 00000000");
    assertThat(hex(a -> a.load(Width.LONG, Register.R6, Register.R1, 0)))
        .isEqualTo("79 16 0000 00000000");
    assertThat(hex(a -> a.store(Width.BYTE, Register.R0, 0, Register.R9)))
        .isEqualTo("73 90 0000 00000000");
    assertThat(hex(a -> a.store(Width.SHORT, Register.R0, 2, Register.R1)))
        .isEqualTo("6b 10 0200 00000000");
    assertThat(hex(a -> a.store(Width.INT, Register.R10, -4, Register.R1)))
        .isEqualTo("63 1a fcff 00000000");
    assertThat(hex(a -> a.store(Width.LONG, Register.R10, -16, Register.R7)))
        .isEqualTo("7b 7a f0ff 00000000");
  }

  @Test
  void exchangesInOneStep() {
    assertThat(hex(a -> a.atomicAdd(Register.R1, 80, Register.R2)))
        .isEqualTo("db 21 5000 00000000");
    assertThat(hex(a -> a.exchange(Register.R8, 32, Register.R1))).isEqualTo("db 18 2000 e1000000");
    assertThat(hex(a -> a.compareAndExchange(Register.R8, -8, Register.R9)))
        .isEqualTo("db 98 f8ff f1000000");
  }

  @Test
  void calculates() {
    assertThat(hex(a -> a.move(Register.R0, -1))).isEqualTo("b7 00 0000 ffffffff");
    assertThat(hex(a -> a.move(Register.R2, Register.R10))).isEqualTo("bf a2 0000 00000000");
    assertThat(hex(a -> a.apply(Operation.ADD, Register.R7, Register.R6)))
        .isEqualTo("0f 67 0000 00000000");
    assertThat(hex(a -> a.apply(Operation.SUBTRACT, Register.R7, 1)))
        .isEqualTo("17 07 0000 01000000");
    assertThat(hex(a -> a.apply(Operation.MULTIPLY, Register.R1, Register.R2)))
        .isEqualTo("2f 21 0000 00000000");
    assertThat(hex(a -> a.apply(Operation.OR, Register.R1, 2))).isEqualTo("47 01 0000 02000000");
    assertThat(hex(a -> a.apply(Operation.AND, Register.R1, 4095)))
        .isEqualTo("57 01 0000 ff0f0000");
    assertThat(hex(a -> a.apply(Operation.SHIFT_LEFT, Register.R1, 3)))
        .isEqualTo("67 01 0000 03000000");
    assertThat(hex(a -> a.apply(Operation.SHIFT_RIGHT, Register.R6, 7)))
        .isEqualTo("77 06 0000 07000000");
  }

  @Test
  void hasNumbersOf64Bits() {
    assertThat(hex(a -> a.moveLong(Register.R1, 0x1122_3344_5566_7788L)))
        .isEqualTo("18 01 0000 88776655 00 00 0000 44332211");
    assertThat(hex(a -> a.moveMap(Register.R1, 5)))
        .isEqualTo("18 11 0000 05000000 00 00 0000 00000000");
    assertThat(hex(a -> a.moveValue(Register.R9, 5)))
        .isEqualTo("18 29 0000 05000000 00 00 0000 00000000");
  }

  @Test
  void jumpsBothWays() {
    Label start = new Label("start");
    Label end = new Label("end");
    assertThat(
            hex(a ->
                a.place(start)
                    .jumpIf(Register.R1, Condition.EQUAL, 7, end)
                    .moveLong(Register.R1, 0)
                    .jumpIf(Register.R1, Condition.BELOW, Register.R2, start)
                    .jump(end)
                    .place(end)
                    .call(Helper.MAP_LOOKUP)
                    .exit()))
        .isEqualTo(
            "15 01 0400 07000000"
                + " 18 01 0000 00000000 00 00 0000 00000000"
                + " ad 21 fcff 00000000"
                + " 05 00 0000 00000000"
                + " 85 00 0000 01000000"
                + " 95 00 0000 00000000");
  }

  @Test
  void knowsAllConditions() {
    StringBuilder operations = new StringBuilder();
    for (Condition condition : Condition.values()) {
      Label here = new Label("here");
      operations.append(hex(a -> a.jumpIf(Register.R0, condition, 0, here).place(here)), 0, 2);
      operations.append(' ');
    }
    assertThat(operations).hasToString("15 25 35 45 55 a5 b5 ");
  }

  @Test
  void refusesWhatCannotBeEncoded() {
    assertThatThrownBy(() -> new Assembler().load(Width.INT, Register.R0, Register.R1, 40_000))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Assembler().jump(new Label("nowhere")).assemble())
        .hasMessage("label nowhere is jumped to and is nowhere");
    Label twice = new Label("twice");
    assertThatThrownBy(() -> new Assembler().place(twice).place(twice))
        .hasMessage("label twice is in two places");
    Label far = new Label("far");
    Assembler assembler = new Assembler().jump(far);
    for (int i = 0; i < 40_000; i++) {
      assembler.exit();
    }
    assembler.place(far);
    assertThatThrownBy(assembler::assemble).hasMessage("label far is too far away for a jump");
    assertThatThrownBy(() -> Width.of(3)).isInstanceOf(IllegalArgumentException.class);
  }

  /// Bytes as instructions are written in books: operation, registers, offset, immediate.
  private static String hex(UnaryOperator<Assembler> program) {
    byte[] bytes = program.apply(new Assembler()).assemble();
    StringBuilder text = new StringBuilder();
    HexFormat format = HexFormat.of();
    for (int at = 0; at < bytes.length; at += Assembler.INSTRUCTION_BYTES) {
      text.append(format.formatHex(bytes, at, at + 1)).append(' ');
      text.append(format.formatHex(bytes, at + 1, at + 2)).append(' ');
      text.append(format.formatHex(bytes, at + 2, at + 4)).append(' ');
      text.append(format.formatHex(bytes, at + 4, at + 8)).append(' ');
    }
    return text.toString().strip();
  }
}
