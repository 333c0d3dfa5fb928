package cairn.filesystem.btrfs;

import cairn.filesystem.layout.Fields;

/// The key of an item, `struct btrfs_disk_key`: object id, type, offset. Ordered in this order, ids
/// and offsets as unsigned numbers.
record Key(long objectId, int type, long offset) implements Comparable<Key> {
  static final int BYTES = 17;
  static final Key FIRST = new Key(0, 0, 0);
  static final Key LAST = new Key(-1, 0xFF, -1);

  static final int ROOT_ITEM = 132;
  static final int EXTENT_ITEM = 168;
  static final int METADATA_ITEM = 169;
  static final int CHUNK_ITEM = 228;

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
