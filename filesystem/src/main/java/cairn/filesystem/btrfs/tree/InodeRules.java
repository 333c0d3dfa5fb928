package cairn.filesystem.btrfs.tree;

/// What must hold for the items of inodes and directories, by `fs/btrfs/tree-checker.c` of Linux.
final class InodeRules {
  private static final int INODE_BYTES = 160;
  private static final int MODE_BITS = 0xFFFF;

  /// All up to COMPRESS, and ROOT_ITEM_INIT.
  private static final long FLAGS_KNOWN = 0xFFF | 1L << 31;

  /// Of the upper half, which bars writing when unknown: VERITY.
  private static final long FLAGS_HIGH_KNOWN = 1L << 32;

  private static final int REF_BYTES = 10;
  private static final int EXTREF_BYTES = 18;
  private static final int NAME_MAX = 255;
  private static final int TYPE_MAX = 8;

  private InodeRules() {}

  static void inode(Item item, Judge judge) {
    Key key = item.key();
    boolean known =
        Ids.isFree(key.objectId())
            || key.objectId() == Ids.ROOT_DIRECTORY
            || key.objectId() == Ids.FREE_INODES;
    judge.check(known, "inode number", key.objectId(), "one that inodes may have");
    judge.checkEqual(key.offset(), 0, "key offset");
    if (!judge.checkEqual(item.size(), INODE_BYTES, "item size")) {
      return;
    }
    Inode inode = Inode.of(item);
    judge.checkGeneration(inode.generation(), "inode generation");
    judge.checkGeneration(inode.transaction(), "inode transid");
    judge.checkBits(inode.mode(), MODE_BITS, "inode mode");
    judge.check(inode.type().isPresent(), "inode mode", inode.mode(), "one of the seven types");
    judge.check(
        !inode.isDirectory() || inode.links() <= 1, "links of a directory", inode.links(), 1);
    judge.checkBits(inode.flags(), FLAGS_KNOWN | FLAGS_HIGH_KNOWN, "inode flags");
  }

  static void ref(Item item, Judge judge) {
    if (beginsInode(judge) || !judge.check(item.size() > REF_BYTES, "item size", item.size(), 11)) {
      return;
    }
    names(item, judge, REF_BYTES);
  }

  static void extref(Item item, Judge judge) {
    if (!beginsInode(judge)) {
      names(item, judge, EXTREF_BYTES);
    }
  }

  private static void names(Item item, Judge judge, int header) {
    int at = 0;
    while (at < item.size()) {
      int left = item.size() - at - header;
      if (!judge.check(left >= 0, "inode ref", item.size() - at, header)) {
        return;
      }
      int name = item.u16(at + header - 2);
      boolean within = name > 0 && name <= Math.min(left, NAME_MAX);
      if (!judge.check(within, "name length", name, "1..255, within the item")) {
        return;
      }
      at += header + name;
    }
  }

  /// Directory entries of both kinds, and extended attributes.
  static void entries(Item item, Judge judge) {
    if (beginsInode(judge)) {
      return;
    }
    int at = 0;
    while (at < item.size()) {
      int left = item.size() - at - DirEntry.HEADER_BYTES;
      if (!judge.check(left >= 0, "dir entry", item.size() - at, DirEntry.HEADER_BYTES)) {
        return;
      }
      DirEntry entry = DirEntry.at(item, at);
      long bytes = (long) entry.nameBytes() + entry.dataBytes();
      entry(entry, judge);
      if (!judge.check(bytes <= left, "name and data length", bytes, left)) {
        return;
      }
      hash(item, entry, judge);
      at = entry.end();
    }
  }

  private static void entry(DirEntry entry, Judge judge) {
    int kind = entry.item().type();
    location(entry, judge);
    judge.check(
        entry.type() >= 1 && entry.type() <= TYPE_MAX, "dir entry type", entry.type(), "1..8");
    boolean attribute = kind == Key.XATTR_ITEM;
    judge.check(
        attribute == (entry.type() == DirEntry.TYPE_XATTR),
        "dir entry type",
        entry.type(),
        attribute ? "8, an attribute" : "no attribute");
    int name = entry.nameBytes();
    judge.check(name >= 1 && name <= NAME_MAX, "name length", name, "1..255");
    judge.check(attribute || entry.dataBytes() == 0, "data length", entry.dataBytes(), 0);
  }

  private static void location(DirEntry entry, Judge judge) {
    Key location = entry.location();
    if (entry.item().type() == Key.XATTR_ITEM) {
      boolean none = location.objectId() == 0 && location.type() == 0 && location.offset() == 0;
      judge.check(none, "location of an attribute", location.objectId(), 0);
    } else if (location.type() == Key.ROOT_ITEM) {
      boolean subvolume = Ids.isSubvolume(location.objectId());
      judge.check(subvolume, "location", location.objectId(), "a subvolume");
    } else {
      judge.check(location.type() == Key.INODE_ITEM, "location type", location.type(), "1 or 132");
      boolean inode = Ids.isFree(location.objectId()) || location.objectId() == Ids.ROOT_DIRECTORY;
      judge.check(inode, "location", location.objectId(), "an inode");
      judge.checkEqual(location.offset(), 0, "location offset");
    }
  }

  private static void hash(Item item, DirEntry entry, Judge judge) {
    if (item.type() != Key.DIR_INDEX) {
      judge.checkEqual(item.key().offset(), DirEntry.hash(entry.name()), "name hash");
    }
  }

  private static boolean beginsInode(Judge judge) {
    boolean within = !Ids.isSubvolume(judge.block().owner()) || !judge.beginsObject();
    return !judge.check(within, "key before", judge.before().key().objectId(), "the same inode");
  }
}
