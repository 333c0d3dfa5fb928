package cairn.repository.tree;

/// The shape of a volume's tree, which follows from the number of its blocks alone: a leaf spans
/// 1,024 blocks, a node above spans 1,024 times what its children span, and the root is the lowest
/// node that spans the whole volume.
public final class Shape {
  /// The largest number of items in a node, and the ratio of spans between two levels.
  public static final int FANOUT = 1 << 10;

  /// Enough for 2^60 blocks.
  public static final int LEVEL_MAX = 5;

  private static final int FANOUT_BITS = 10;

  private Shape() {}

  /// The level of the root; a leaf has level 0.
  ///
  /// @param blockCount of the volume, up to 2^60
  public static int rootLevel(long blockCount) {
    int level = 0;
    while (level < LEVEL_MAX && span(level) < blockCount) {
      level++;
    }
    return level;
  }

  /// How many blocks a node of that level spans.
  public static long span(int level) {
    return 1L << (FANOUT_BITS * (level + 1));
  }

  /// Which node of that level the block belongs to.
  public static long nodeOf(long block, int level) {
    return block >>> (FANOUT_BITS * (level + 1));
  }
}
