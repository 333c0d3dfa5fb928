package cairn.filesystem.btrfs.tree;

import cairn.filesystem.layout.Fields;

/// The key of an item, `struct btrfs_disk_key`: object id, type, offset. Ordered in this order, ids
/// and offsets as unsigned numbers.
public record Key(long objectId, int type, long offset) implements Comparable<Key> {
  public static final int BYTES = 17;
  public static final Key FIRST = new Key(0, 0, 0);
  public static final Key LAST = new Key(-1, 0xFF, -1);

  public static final int NONE = 0;
  public static final int INODE_ITEM = 1;
  public static final int INODE_REF = 12;
  public static final int INODE_EXTREF = 13;
  public static final int XATTR_ITEM = 24;
  public static final int VERITY_DESCRIPTOR = 36;
  public static final int VERITY_MERKLE = 37;
  public static final int ORPHAN_ITEM = 48;
  public static final int DIR_LOG_ITEM = 60;
  public static final int DIR_LOG_INDEX = 72;
  public static final int DIR_ITEM = 84;
  public static final int DIR_INDEX = 96;
  public static final int EXTENT_DATA = 108;
  public static final int EXTENT_CSUM = 128;
  public static final int ROOT_ITEM = 132;
  public static final int ROOT_BACKREF = 144;
  public static final int ROOT_REF = 156;
  public static final int EXTENT_ITEM = 168;
  public static final int METADATA_ITEM = 169;
  public static final int EXTENT_OWNER_REF = 172;
  public static final int TREE_BLOCK_REF = 176;
  public static final int EXTENT_DATA_REF = 178;
  public static final int SHARED_BLOCK_REF = 182;
  public static final int SHARED_DATA_REF = 184;
  public static final int BLOCK_GROUP_ITEM = 192;
  public static final int FREE_SPACE_INFO = 198;
  public static final int FREE_SPACE_EXTENT = 199;
  public static final int FREE_SPACE_BITMAP = 200;
  public static final int DEVICE_EXTENT = 204;
  public static final int DEVICE_ITEM = 216;
  public static final int CHUNK_ITEM = 228;
  public static final int QUOTA_STATUS = 240;
  public static final int QUOTA_INFO = 242;
  public static final int QUOTA_LIMIT = 244;
  public static final int QUOTA_RELATION = 246;
  public static final int TEMPORARY_ITEM = 248;
  public static final int PERSISTENT_ITEM = 249;
  public static final int DEVICE_REPLACE = 250;
  public static final int UUID_SUBVOLUME = 251;
  public static final int UUID_RECEIVED = 252;
  public static final int STRING_ITEM = 253;

  static Key read(Fields fields, int at) {
    return new Key(fields.u64(at), fields.u8(at + 8), fields.u64(at + 9));
  }

  /// Whether this key may follow the other one in a tree.
  boolean isAfter(Key other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(Key other) {
    int byId = Long.compareUnsigned(objectId, other.objectId);
    if (byId != 0) {
      return byId;
    }
    int byType = Integer.compare(type, other.type);
    return byType != 0 ? byType : Long.compareUnsigned(offset, other.offset);
  }

  @Override
  public String toString() {
    return "("
        + Long.toUnsignedString(objectId)
        + " "
        + type
        + " "
        + Long.toUnsignedString(offset)
        + ")";
  }
}
