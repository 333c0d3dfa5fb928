package cairn.linux.bpf;

/// How many bytes a load or store moves.
public enum Width {
  BYTE(1, 0x10),
  SHORT(2, 0x08),
  INT(4, 0x00),
  LONG(8, 0x18);

  private final int bytes;
  private final int code;

  Width(int bytes, int code) {
    this.bytes = bytes;
    this.code = code;
  }

  /// @throws IllegalArgumentException when the machine moves no such number of bytes at once
  public static Width of(int bytes) {
    for (Width width : values()) {
      if (width.bytes == bytes) {
        return width;
      }
    }
    throw new IllegalArgumentException("no load or store of " + bytes + " bytes");
  }

  int code() {
    return code;
  }
}
