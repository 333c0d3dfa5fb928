package cairn.filesystem.btrfs.tree;

/// One item of a leaf while it is being judged: every check that fails is passed on, and the item
/// is good when none did.
final class Judge {
  private final BtrfsSuperblock superblock;
  private final TreeBlock block;
  private final Complaints complaints;
  private int slot;
  private Item item;
  private boolean good;

  Judge(BtrfsSuperblock superblock, TreeBlock block, Complaints complaints) {
    this.superblock = superblock;
    this.block = block;
    this.complaints = complaints;
    this.item = block.item(0);
  }

  /// Goes on to another item.
  Item open(int newSlot) {
    slot = newSlot;
    item = block.item(newSlot);
    good = true;
    return item;
  }

  /// Whether the item is good so far.
  boolean isGood() {
    return good;
  }

  BtrfsSuperblock superblock() {
    return superblock;
  }

  TreeBlock block() {
    return block;
  }

  /// The newest generation that there may be: that of the log.
  long generationMax() {
    return superblock.generation() + 1;
  }

  boolean isAligned(long value) {
    return (value & (superblock.sectorBytes() - 1)) == 0;
  }

  /// Whether this is not the first item, and the one before it has another object id.
  boolean beginsObject() {
    return slot > 0 && block.key(slot - 1).objectId() != item.key().objectId();
  }

  /// The item before it, if of the same object and type; this one if not.
  Item sameBefore() {
    if (slot == 0) {
      return item;
    }
    Key before = block.key(slot - 1);
    Key key = item.key();
    boolean same = before.objectId() == key.objectId() && before.type() == key.type();
    return same ? block.item(slot - 1) : item;
  }

  /// The item before it; this one when it is the first.
  Item before() {
    return slot == 0 ? item : block.item(slot - 1);
  }

  boolean check(boolean passed, String field, long have, String expect) {
    return passed || fail(field, Long.toUnsignedString(have), expect);
  }

  boolean check(boolean passed, String field, long have, long expect) {
    return passed || fail(field, Long.toUnsignedString(have), Long.toUnsignedString(expect));
  }

  boolean checkEqual(long have, long expect, String field) {
    return check(have == expect, field, have, expect);
  }

  boolean checkAligned(long value, String field) {
    return isAligned(value)
        || fail(field, Long.toUnsignedString(value), "aligned to " + superblock.sectorBytes());
  }

  boolean checkGeneration(long value, String field) {
    return Long.compareUnsigned(value, generationMax()) <= 0
        || fail(field, Long.toUnsignedString(value), "0.." + generationMax());
  }

  boolean checkBits(long value, long known, String field) {
    return (value & ~known) == 0
        || fail(field, "0x" + Long.toHexString(value), "bits of 0x" + Long.toHexString(known));
  }

  /// @return false
  boolean fail(String field, String have, String expect) {
    good = false;
    complaints.complain(slot, where(), field, have, expect);
    return false;
  }

  /// What the kernel adds for items of this type.
  private String where() {
    Key key = item.key();
    String id = Long.toUnsignedString(key.objectId());
    String offset = Long.toUnsignedString(key.offset());
    return switch (key.type()) {
      case Key.EXTENT_DATA -> "ino=" + id + " file_offset=" + offset;
      case Key.INODE_ITEM,
          Key.INODE_REF,
          Key.INODE_EXTREF,
          Key.DIR_ITEM,
          Key.DIR_INDEX,
          Key.XATTR_ITEM ->
          "ino=" + id;
      case Key.BLOCK_GROUP_ITEM -> "bg_start=" + id + " bg_len=" + offset;
      case Key.CHUNK_ITEM -> "chunk_start=" + offset;
      case Key.DEVICE_ITEM -> "devid=" + offset;
      case Key.EXTENT_ITEM -> "extent bytenr=" + id + " len=" + offset;
      case Key.METADATA_ITEM -> "extent bytenr=" + id + " len=" + superblock.nodeBytes();
      default -> "key=" + key;
    };
  }
}
