package cairn.linux.bpf;

/// When a jump is taken; comparisons are of unsigned 64 bits.
public enum Condition {
  EQUAL(0x10),
  ABOVE(0x20),
  AT_LEAST(0x30),
  ANY_BIT(0x40),
  NOT_EQUAL(0x50),
  BELOW(0xa0),
  AT_MOST(0xb0);

  private final int code;

  Condition(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
