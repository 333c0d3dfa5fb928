package cairn.filesystem.xfs.layout;

/// An extended attribute.
public final class XfsAttribute {
  /// It lies in its leaf; else it has blocks of its own.
  public static final int LOCAL = 0x1;

  /// For the superuser: `trusted`.
  public static final int ROOT = 0x2;

  public static final int SECURE = 0x4;

  /// Names a parent of the inode; nobody gets to see it.
  public static final int PARENT = 0x8;

  /// Was being written when the system stopped.
  public static final int INCOMPLETE = 0x80;

  static final int KNOWN = LOCAL | ROOT | SECURE | PARENT | INCOMPLETE;

  private final int flags;
  private final byte[] name;
  private final byte[] value;

  XfsAttribute(int flags, byte[] name, byte[] value) {
    this.flags = flags;
    this.name = name;
    this.value = value;
  }

  /// The namespace and more, see the constants.
  public int flags() {
    return flags;
  }

  /// Without its namespace. Not a copy.
  public byte[] name() {
    return name;
  }

  /// Not a copy.
  public byte[] value() {
    return value;
  }
}
