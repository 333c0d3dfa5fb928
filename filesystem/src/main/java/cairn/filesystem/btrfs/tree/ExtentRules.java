package cairn.filesystem.btrfs.tree;

/// What must hold for the items of the tree of extents, by `fs/btrfs/tree-checker.c` of Linux.
final class ExtentRules {
  private static final int LEVEL_MAX = 7;
  private static final int SHARED_DATA_BYTES = 4;

  private ExtentRules() {}

  static void extent(Item item, Judge judge) {
    judge.checkAligned(item.key().objectId(), "bytenr");
    if (!judge.check(item.size() >= ExtentItem.BYTES, "item size", item.size(), ExtentItem.BYTES)) {
      return;
    }
    ExtentItem extent = new ExtentItem(item);
    judge.checkGeneration(extent.generation(), "extent generation");
    long kinds = extent.flags() & (ExtentItem.DATA | ExtentItem.TREE_BLOCK);
    if (!judge.check(Long.bitCount(kinds) == 1, "extent flags", extent.flags(), "1 or 2")) {
      return;
    }
    long known = ExtentItem.DATA | ExtentItem.TREE_BLOCK | ExtentItem.FULL_REFERENCES;
    judge.checkBits(extent.flags(), known, "extent flags");
    boolean sound = extent.isData() ? data(extent, judge) : block(extent, judge);
    if (sound) {
      refs(extent, judge);
    }
    before(extent, judge);
  }

  private static boolean data(ExtentItem extent, Judge judge) {
    long length = extent.item().key().offset();
    judge.check(length > 0, "length", length, "1 and more");
    judge.checkAligned(length, "length");
    judge.check(!extent.hasFullReferences(), "extent flags", extent.flags(), "1, data");
    return judge.check(!extent.isSkinny(), "key type", extent.item().type(), Key.EXTENT_ITEM);
  }

  private static boolean block(ExtentItem extent, Judge judge) {
    Item item = extent.item();
    if (extent.isSkinny()) {
      judge.check(judge.superblock().isSkinny(), "key type", item.type(), "no skinny metadata");
      long level = item.key().offset();
      judge.check(level >= 0 && level <= LEVEL_MAX, "level", level, LEVEL_MAX);
      return true;
    }
    judge.checkEqual(item.key().offset(), judge.superblock().nodeBytes(), "length");
    if (!judge.check(extent.refsAt() <= item.size(), "item size", item.size(), extent.refsAt())) {
      return false;
    }
    judge.check(extent.level() <= LEVEL_MAX, "level", extent.level(), LEVEL_MAX);
    return true;
  }

  private static void refs(ExtentItem extent, Judge judge) {
    Item item = extent.item();
    long count = 0;
    int lastType = 0;
    long lastOrder = 0;
    for (int at = extent.refsAt(); at < item.size(); ) {
      int type = item.u8(at);
      int bytes = ExtentItem.refBytes(type);
      boolean fits = bytes > 0 && bytes <= item.size() - at;
      if (!judge.check(fits, "inline ref type", type, "one that is known, within the item")) {
        return;
      }
      judge.check(type >= lastType, "inline ref type", type, lastType);
      long order = order(item, type, at + 1);
      boolean descends = type != lastType || Long.compareUnsigned(order, lastOrder) < 0;
      judge.check(descends, "inline ref order", order, lastOrder);
      ref(item, type, at + 1, judge);
      count += count(item, type, at + 1);
      lastType = type;
      lastOrder = order;
      at += bytes;
    }
    boolean enough = Long.compareUnsigned(count, extent.references()) <= 0;
    judge.check(enough, "references", extent.references(), count);
  }

  private static long order(Item item, int type, int at) {
    return type == Key.EXTENT_DATA_REF
        ? ExtentItem.dataHash(item.u64(at), item.u64(at + 8), item.u64(at + 16))
        : item.u64(at);
  }

  private static long count(Item item, int type, int at) {
    return switch (type) {
      case Key.EXTENT_DATA_REF -> item.u32(at + 24);
      case Key.SHARED_DATA_REF -> item.u32(at + 8);
      case Key.EXTENT_OWNER_REF -> 0;
      default -> 1;
    };
  }

  private static void ref(Item item, int type, int at, Judge judge) {
    switch (type) {
      case Key.SHARED_BLOCK_REF -> judge.checkAligned(item.u64(at), "parent bytenr");
      case Key.SHARED_DATA_REF -> {
        judge.checkAligned(item.u64(at), "parent bytenr");
        judge.check(item.u32(at + 8) != 0, "references", 0, "1 and more");
      }
      case Key.EXTENT_DATA_REF -> dataRef(item, at, judge);
      default -> {}
    }
  }

  private static void dataRef(Item item, int at, Judge judge) {
    long root = item.u64(at);
    boolean known = Ids.isSubvolume(root) || root == Ids.DATA_RELOCATION || root == Ids.ROOTS;
    judge.check(known, "root of a reference", root, "a tree that refers to data");
    long inode = item.u64(at + 8);
    judge.check(
        Ids.isFree(inode) || inode == Ids.FREE_INODES, "inode of a reference", inode, "an inode");
    judge.checkAligned(item.u64(at + 16), "offset of a reference");
    judge.check(item.u32(at + 24) != 0, "references", 0, "1 and more");
  }

  private static void before(ExtentItem extent, Judge judge) {
    Key before = judge.before().key();
    boolean metadata = before.type() == Key.METADATA_ITEM;
    if (before.equals(extent.item().key()) || (!metadata && before.type() != Key.EXTENT_ITEM)) {
      return;
    }
    long length = metadata ? judge.superblock().nodeBytes() : before.offset();
    long end = before.objectId() + length;
    boolean apart = Long.compareUnsigned(end, extent.item().key().objectId()) <= 0;
    judge.check(apart, "bytenr", extent.item().key().objectId(), "after the extent before");
  }

  /// References that have an item of their own.
  static void keyedRef(Item item, Judge judge) {
    judge.checkAligned(item.key().objectId(), "bytenr");
    if (item.type() != Key.TREE_BLOCK_REF) {
      judge.checkAligned(item.key().offset(), "parent bytenr");
    }
    int bytes = item.type() == Key.SHARED_DATA_REF ? SHARED_DATA_BYTES : 0;
    if (judge.checkEqual(item.size(), bytes, "item size") && bytes > 0) {
      judge.check(item.u32(0) != 0, "references", 0, "1 and more");
    }
  }

  static void keyedDataRef(Item item, Judge judge) {
    judge.checkAligned(item.key().objectId(), "bytenr");
    boolean whole = item.size() > 0 && item.size() % ExtentItem.DATA_REF_BYTES == 0;
    if (judge.check(whole, "item size", item.size(), ExtentItem.DATA_REF_BYTES)) {
      for (int at = 0; at < item.size(); at += ExtentItem.DATA_REF_BYTES) {
        dataRef(item, at, judge);
      }
    }
  }
}
