package cairn.filesystem.btrfs.tree;

import cairn.filesystem.layout.Fields;

/// A block of a tree: a header, and then pointers, or in a leaf (level 0) items, whose data lies at
/// the end of the block.
///
/// | offset | bytes | field of the header, `struct btrfs_header`            |
/// |-------:|------:|-------------------------------------------------------|
/// |   0x00 |    32 | checksum of all after it                              |
/// |   0x20 |    16 | UUID                                                  |
/// |   0x30 |     8 | logical address of this block                         |
/// |   0x38 |     8 | flags: 1 written, 2 moved by a balance                |
/// |   0x50 |     8 | generation                                            |
/// |   0x58 |     8 | owner, the id of the tree that it was made for        |
/// |   0x60 |     4 | number of items or pointers                           |
/// |   0x64 |     1 | level                                                 |
///
/// A pointer is a key, an address and a generation; an item a key, and offset and size of its data,
/// counted from the end of the header.
public final class TreeBlock {
  static final int HEADER_BYTES = 0x65;
  static final int POINTER_BYTES = Key.BYTES + 16;
  static final int ITEM_BYTES = Key.BYTES + 8;

  private final Fields fields;
  private final TreeRoot root;

  /// @param root what led here
  public TreeBlock(Fields fields, TreeRoot root) {
    this.fields = fields;
    this.root = root;
  }

  Fields fields() {
    return fields;
  }

  /// What led here. The level, address and generation are also those of the block itself.
  public TreeRoot root() {
    return root;
  }

  public long address() {
    return root.address();
  }

  public int level() {
    return root.level();
  }

  public int size() {
    return fields.size();
  }

  /// The bytes, not a copy.
  public byte[] bytes() {
    return fields.bytes();
  }

  long flags() {
    return fields.u64(0x38);
  }

  /// The id of the tree that it was made for, which others may share.
  public long owner() {
    return fields.u64(0x58);
  }

  /// How many pointers or items there are.
  public int count() {
    return fields.i32(0x60);
  }

  int entryBytes() {
    return level() == 0 ? ITEM_BYTES : POINTER_BYTES;
  }

  public Key key(int slot) {
    return Key.read(fields, HEADER_BYTES + slot * entryBytes());
  }

  /// Where a pointer of a node leads.
  public TreeRoot child(int slot) {
    int at = HEADER_BYTES + slot * POINTER_BYTES + Key.BYTES;
    return new TreeRoot(root.id(), fields.u64(at), level() - 1, fields.u64(at + 8));
  }

  /// Where the data of an item begins, from the end of the header.
  long dataOffset(int slot) {
    return fields.u32(HEADER_BYTES + slot * ITEM_BYTES + Key.BYTES);
  }

  long dataBytes(int slot) {
    return fields.u32(HEADER_BYTES + slot * ITEM_BYTES + Key.BYTES + 4);
  }

  /// An item of a leaf whose data lies within it.
  public Item item(int slot) {
    return new Item(
        key(slot), fields, HEADER_BYTES + (int) dataOffset(slot), (int) dataBytes(slot));
  }

  /// The last slot whose key is not greater; -1 when there is none.
  int floor(Key wanted) {
    int low = 0;
    int high = count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (key(middle).compareTo(wanted) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
