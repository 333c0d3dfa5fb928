package cairn.filesystem.xfs.layout;

import cairn.filesystem.layout.Fields;

/// To whom blocks of a group belong, `struct xfs_rmap_rec`: block, count: u32 each; owner, offset:
/// u64 each.
///
/// @param owner an inode; or a negative number, see the constants
/// @param offset in the file, in blocks, with the flags in its upper bits
public record XfsReverse(long block, long count, long owner, long offset)
    implements Comparable<XfsReverse> {
  /// The headers of the group.
  public static final long HEADERS = -3;

  public static final long LOG = -4;

  /// The trees of free extents, the reverse map, and the blocks set aside.
  public static final long GROUP = -5;

  /// The trees of inodes.
  public static final long INODE_TREES = -6;

  public static final long INODES = -7;
  public static final long SHARED_TREE = -8;

  /// Blocks set aside for writes to shared ones.
  public static final long STAGING = -9;

  /// It belongs to the attributes of the inode.
  public static final long ATTRIBUTES = 1L << 63;

  /// It is a block of a tree of extents.
  public static final long TREE = 1L << 62;

  /// It was never written.
  public static final long UNWRITTEN = 1L << 61;

  public static XfsReverse read(Fields fields, int at) {
    return new XfsReverse(
        fields.u32(at), fields.u32(at + 4), fields.u64(at + 8), fields.u64(at + 16));
  }

  /// Whether the offset counts on with the blocks.
  public boolean isRunning() {
    return owner >= 0 && (offset & TREE) == 0;
  }

  /// In the order of the map.
  @Override
  public int compareTo(XfsReverse other) {
    return XfsTreeKey.ofReverse(block, owner, offset)
        .compareTo(XfsTreeKey.ofReverse(other.block, other.owner, other.offset));
  }

  /// The key of the last block.
  XfsTreeKey highKey() {
    return XfsTreeKey.ofReverse(
        block + count - 1, owner, isRunning() ? offset + count - 1 : offset);
  }
}
