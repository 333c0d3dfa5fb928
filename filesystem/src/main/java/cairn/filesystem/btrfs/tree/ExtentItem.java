package cairn.filesystem.btrfs.tree;

import cairn.filesystem.layout.RawCrc32c;

/// `struct btrfs_extent_item`, and what refers to the extent as far as it has room for that.
///
/// | offset | bytes | field                                                            |
/// |-------:|------:|------------------------------------------------------------------|
/// |      0 |     8 | number of references                                             |
/// |      8 |     8 | generation                                                       |
/// |     16 |     8 | flags: 1 data, 2 block of a tree, 0x100 refers by its address    |
/// |     24 |    18 | of a block in an item of the older kind: first key, level        |
/// |        |       | references: the type of an item, its offset, what it holds       |
public record ExtentItem(Item item) {
  static final int BYTES = 24;
  static final long DATA = 1;
  static final long TREE_BLOCK = 2;
  static final long FULL_REFERENCES = 0x100;

  private static final int BLOCK_BYTES = 18;
  public static final int DATA_REF_BYTES = 28;
  private static final int HASH_SHIFT = 31;

  public long references() {
    return item.u64(0);
  }

  public long generation() {
    return item.u64(8);
  }

  long flags() {
    return item.u64(16);
  }

  public boolean isData() {
    return (flags() & DATA) != 0;
  }

  /// Whether what the block refers to, refers back to its address and not to its owner.
  public boolean hasFullReferences() {
    return (flags() & FULL_REFERENCES) != 0;
  }

  public boolean isSkinny() {
    return item.type() == Key.METADATA_ITEM;
  }

  /// Of a block.
  public int level() {
    return isSkinny() ? (int) item.key().offset() : item.u8(BYTES + Key.BYTES);
  }

  /// Where the first reference begins.
  public int refsAt() {
    return isData() || isSkinny() ? BYTES : BYTES + BLOCK_BYTES;
  }

  /// How many bytes a reference within an extent item has, with its type; 0 for unknown types.
  public static int refBytes(int type) {
    return switch (type) {
      case Key.TREE_BLOCK_REF, Key.SHARED_BLOCK_REF, Key.EXTENT_OWNER_REF -> 9;
      case Key.EXTENT_DATA_REF -> 1 + DATA_REF_BYTES;
      case Key.SHARED_DATA_REF -> 13;
      default -> 0;
    };
  }

  /// What references of files are filed under.
  static long dataHash(long root, long inode, long offset) {
    long high = RawCrc32c.of(-1, number(root)) & 0xFFFF_FFFFL;
    int low = RawCrc32c.of(RawCrc32c.of(-1, number(inode)), number(offset));
    return (high << HASH_SHIFT) ^ (low & 0xFFFF_FFFFL);
  }

  private static byte[] number(long value) {
    byte[] bytes = new byte[Long.BYTES];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) (value >>> (8 * index));
    }
    return bytes;
  }
}
