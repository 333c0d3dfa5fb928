package cairn.filesystem.xfs.layout;

/// The hash of names of files and attributes, `xfs_da_hashname`: seven bits a byte, turned round in
/// a register of 32.
public final class XfsHash {
  private static final int BITS = 7;

  private XfsHash() {}

  /// @return as a number of 32 bits
  public static long of(byte[] bytes, int from, int length) {
    int hash = 0;
    for (int index = from; index < from + length; index++) {
      hash = (bytes[index] & 0xFF) ^ Integer.rotateLeft(hash, BITS);
    }
    return Integer.toUnsignedLong(hash);
  }

  /// The same for a directory, which may take capital ASCII letters for small ones.
  static long ofName(byte[] bytes, int from, int length, boolean foldsCase) {
    if (!foldsCase) {
      return of(bytes, from, length);
    }
    byte[] folded = new byte[length];
    for (int index = 0; index < length; index++) {
      byte each = bytes[from + index];
      folded[index] = each >= 'A' && each <= 'Z' ? (byte) (each + 'a' - 'A') : each;
    }
    return of(folded, 0, length);
  }
}
