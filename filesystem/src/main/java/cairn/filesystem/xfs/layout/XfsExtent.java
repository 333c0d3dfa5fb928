package cairn.filesystem.xfs.layout;

import cairn.filesystem.layout.Fields;

/// Blocks of a file that lie one after the other, `struct xfs_bmbt_rec`: 128 bits, of which the
/// highest says that they were never written, followed by 54 of offset, 52 of block and 21 of
/// count.
///
/// @param offset in the file, in blocks
/// @param block the number of the first block
/// @param unwritten whether it reads as zeros
public record XfsExtent(long offset, long block, long count, boolean unwritten) {
  /// Bytes of one.
  public static final int BYTES = 16;

  private static final int COUNT_BITS = 21;
  private static final int OFFSET_SHIFT = 9;
  private static final int BLOCK_LOW_BITS = Long.SIZE - COUNT_BITS;

  static XfsExtent read(Fields fields, int at) {
    return of(fields.u64(at), fields.u64(at + 8));
  }

  static XfsExtent of(long high, long low) {
    long block = (high & (1L << OFFSET_SHIFT) - 1) << BLOCK_LOW_BITS | low >>> COUNT_BITS;
    return new XfsExtent(offset(high), block, low & (1L << COUNT_BITS) - 1, high < 0);
  }

  static long offset(long high) {
    return (high & Long.MAX_VALUE) >>> OFFSET_SHIFT;
  }

  public long end() {
    return offset + count;
  }
}
