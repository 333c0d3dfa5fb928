package cairn.filesystem.xfs.layout;

import cairn.filesystem.layout.Fields;

/// The kinds of B-trees, and what their records look like.
///
/// | kind                          | record                                              |
/// |-------------------------------|-----------------------------------------------------|
/// | free extents (two orders)     | block, count: u32 each                              |
/// | inodes, chunks with free ones | see [XfsInodeChunk]                                 |
/// | reverse map                   | see [XfsReverse]                                    |
/// | shared extents                | block with a flag in bit 31, count, references: u32 |
/// | extents of a file             | see [XfsExtent]                                     |
///
/// A key is what orders the records; that of the reverse map is block, owner and offset, and each
/// pointer has a second key that no record below it exceeds.
public enum XfsTreeKind {
  FREE_BY_PLACE("free tree", "AB3B", "ABTB", 8, 8),
  FREE_BY_LENGTH("free tree by length", "AB3C", "ABTC", 8, 8),
  INODES("inode tree", "IAB3", "IABT", 16, 4),
  FREE_INODES("free inode tree", "FIB3", "FIBT", 16, 4),
  REVERSE("reverse map", "RMB3", "RMB3", 24, 40),
  SHARED("shared tree", "R3FC", "R3FC", 12, 4),
  EXTENTS("extent tree", "BMA3", "BMAP", 16, 8);

  private static final int SHORT_BYTES = 16;
  private static final int SHORT_BYTES_5 = 56;
  private static final int LONG_BYTES = 24;
  private static final int LONG_BYTES_5 = 72;

  private final String title;
  private final String magic;
  private final String magic4;
  private final int recordBytes;
  private final int keyBytes;

  XfsTreeKind(String title, String magic, String magic4, int recordBytes, int keyBytes) {
    this.title = title;
    this.magic = magic;
    this.magic4 = magic4;
    this.recordBytes = recordBytes;
    this.keyBytes = keyBytes;
  }

  /// For people.
  public String title() {
    return title;
  }

  public int recordBytes() {
    return recordBytes;
  }

  /// Whether it belongs to an inode and has the numbers of blocks of the whole file system.
  boolean isLong() {
    return this == EXTENTS;
  }

  int keyBytes() {
    return keyBytes;
  }

  int pointerBytes() {
    return isLong() ? 8 : 4;
  }

  XfsSeal seal() {
    return isLong() ? XfsSeal.LONG_TREE : XfsSeal.SHORT_TREE;
  }

  String magic(XfsSuperblock superblock) {
    return superblock.hasChecksums() ? magic : magic4;
  }

  int headerBytes(XfsSuperblock superblock) {
    if (isLong()) {
      return superblock.hasChecksums() ? LONG_BYTES_5 : LONG_BYTES;
    }
    return superblock.hasChecksums() ? SHORT_BYTES_5 : SHORT_BYTES;
  }

  /// What orders a record, as the key above it has it.
  XfsTreeKey recordKey(Fields node, int at) {
    return switch (this) {
      case FREE_BY_PLACE -> XfsTreeKey.of(node.u32(at));
      case FREE_BY_LENGTH -> XfsTreeKey.of(node.u32(at + 4) << 32 | node.u32(at));
      case EXTENTS -> XfsTreeKey.of(XfsExtent.offset(node.u64(at)));
      case REVERSE -> XfsTreeKey.ofReverse(node.u32(at), node.u64(at + 8), node.u64(at + 16));
      default -> XfsTreeKey.of(node.u32(at));
    };
  }

  /// The key of a pointer.
  XfsTreeKey key(Fields node, int at) {
    return switch (this) {
      case FREE_BY_PLACE, FREE_BY_LENGTH -> recordKey(node, at);
      case EXTENTS -> XfsTreeKey.of(node.u64(at));
      case REVERSE -> XfsTreeKey.ofReverse(node.u32(at), node.u64(at + 4), node.u64(at + 12));
      default -> XfsTreeKey.of(node.u32(at));
    };
  }
}
