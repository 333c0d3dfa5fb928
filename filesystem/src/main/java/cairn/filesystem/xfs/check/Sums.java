package cairn.filesystem.xfs.check;

import cairn.filesystem.xfs.layout.XfsReverse;

/// Sums over blocks that come out the same whatever the order, and however neighbours are joined:
/// two lists of extents with the same sum say the same, but for one chance in 2^64.
final class Sums {
  private static final long FLAGS = XfsReverse.ATTRIBUTES | XfsReverse.TREE | XfsReverse.UNWRITTEN;
  private static final long FIRST = 0x9E3779B97F4A7C15L;
  private static final long SECOND = 0xBF58476D1CE4E5B9L;
  private static final long THIRD = 0x94D049BB133111EBL;

  private Sums() {}

  /// Over the blocks of an owner, with the offset of each.
  static long of(XfsReverse extent) {
    long kind = mix(extent.owner() ^ mix(extent.offset() & FLAGS));
    long block = extent.block();
    long count = extent.count();
    long sum = of(kind, block, count);
    if (!extent.isRunning()) {
      return sum + count * mix(kind ^ extent.offset());
    }
    long offset = extent.offset() & ~FLAGS;
    long ones = triangle(count);
    long products = count * block * offset + (block + offset) * ones + squares(count, ones);
    return sum + mix(kind + SECOND) * (count * offset + ones) + mix(kind + THIRD) * products;
  }

  /// Over blocks that are the same in kind.
  static long of(long kind, long block, long count) {
    return count * mix(kind) + mix(kind + FIRST) * (count * block + triangle(count));
  }

  /// A number that looks like chance.
  static long mix(long value) {
    long mixed = value + FIRST;
    mixed = (mixed ^ mixed >>> 30) * SECOND;
    mixed = (mixed ^ mixed >>> 27) * THIRD;
    return mixed ^ mixed >>> 31;
  }

  /// 0 + 1 + ... up to below `count`.
  private static long triangle(long count) {
    return count % 2 == 0 ? count / 2 * (count - 1) : (count - 1) / 2 * count;
  }

  /// 0 + 1 + 4 + ... up to below the square of `count`.
  private static long squares(long count, long triangle) {
    long odd = 2 * count - 1;
    return triangle % 3 == 0 ? triangle / 3 * odd : odd / 3 * triangle;
  }
}
