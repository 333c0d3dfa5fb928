package cairn.filesystem.btrfs.tree;

/// What must hold for the items of the tree of roots, and those of quotas and UUIDs, by
/// `fs/btrfs/tree-checker.c` of Linux; sizes that nobody checks there, by `btrfs_tree.h`.
final class RootRules {
  private static final int LEVEL_MAX = 7;
  private static final long FLAGS_KNOWN = 1 | 1L << 48;
  private static final int REF_BYTES = 18;
  private static final int NAME_MAX = 255;
  private static final int QUOTA_BYTES = 40;
  private static final int QUOTA_STATUS_BYTES = 32;
  private static final int QUOTA_VERSION = 1;
  private static final long QUOTA_FLAGS_KNOWN = 0xF;
  private static final long LIMIT_FLAGS_KNOWN = 0x3F;
  private static final int LEVEL_SHIFT = 48;
  private static final int CACHE_BYTES = Key.BYTES + 24;

  private RootRules() {}

  static void root(Item item, Judge judge) {
    Key key = item.key();
    judge.check(key.objectId() != 0, "root id", 0, "not 0");
    if (key.objectId() == Ids.RELOCATION) {
      boolean moved = Ids.isSubvolume(key.offset());
      judge.check(moved, "key offset", key.offset(), "a subvolume");
    }
    int size = item.size();
    if (!judge.check(
        size == RootItem.BYTES || size == RootItem.BYTES_MIN, "item size", size, RootItem.BYTES)) {
      return;
    }
    RootItem root = new RootItem(item);
    judge.checkGeneration(root.generation(), "root generation");
    judge.checkGeneration(root.generationAgain(), "root v2 generation");
    judge.checkGeneration(root.snapshotGeneration(), "root last_snapshot");
    boolean lies = root.address() != 0 || root.id() == Ids.RELOCATION;
    judge.check(lies, "root bytenr", root.address(), "not 0");
    judge.checkAligned(root.address(), "root bytenr");
    judge.check(root.level() <= LEVEL_MAX, "root level", root.level(), LEVEL_MAX);
    judge.check(root.removalLevel() <= LEVEL_MAX, "drop_level", root.removalLevel(), LEVEL_MAX);
    boolean removal = root.removedUpTo().objectId() == 0 || root.removalLevel() > 0;
    judge.check(removal, "drop_level", root.removalLevel(), "1 and more");
    judge.checkBits(root.flags(), FLAGS_KNOWN, "root flags");
  }

  static void ref(Item item, Judge judge) {
    if (judge.check(item.size() > REF_BYTES, "item size", item.size(), REF_BYTES + 1)) {
      int name = item.u16(16);
      judge.check(name <= NAME_MAX, "name length", name, NAME_MAX);
      judge.checkEqual(item.size(), (long) REF_BYTES + name, "item size");
    }
  }

  static void quota(Item item, Judge judge) {
    int size = item.size();
    if (item.type() != Key.QUOTA_RELATION) {
      judge.checkEqual(item.key().objectId(), 0, "object id");
    }
    switch (item.type()) {
      case Key.QUOTA_STATUS -> quotaStatus(item, judge);
      case Key.QUOTA_RELATION -> {
        judge.checkEqual(size, 0, "item size");
        long level = item.key().offset() >>> LEVEL_SHIFT;
        boolean apart = level != item.key().objectId() >>> LEVEL_SHIFT;
        judge.check(apart, "quota group level", level, "another one");
      }
      case Key.QUOTA_LIMIT -> {
        if (judge.checkEqual(size, QUOTA_BYTES, "item size")) {
          judge.checkBits(item.u64(0), LIMIT_FLAGS_KNOWN, "limit flags");
        }
      }
      default -> judge.checkEqual(size, QUOTA_BYTES, "item size");
    }
  }

  private static void quotaStatus(Item item, Judge judge) {
    int size = item.size();
    judge.checkEqual(item.key().offset(), 0, "key offset");
    if (judge.check(size >= QUOTA_STATUS_BYTES, "item size", size, QUOTA_STATUS_BYTES)) {
      judge.checkEqual(item.u64(0), QUOTA_VERSION, "quota version");
      judge.checkGeneration(item.u64(8), "quota generation");
      judge.checkBits(item.u64(16), QUOTA_FLAGS_KNOWN, "quota flags");
    }
  }

  /// The header of a cache of free space of the older kind.
  static void cache(Item item, Judge judge) {
    if (judge.checkEqual(item.size(), CACHE_BYTES, "item size")) {
      Key location = item.keyAt(0);
      judge.checkEqual(location.type(), Key.INODE_ITEM, "location key type");
      judge.check(
          Ids.isFree(location.objectId()), "location", location.objectId(), "that of a file");
      judge.checkEqual(location.offset(), 0, "location key offset");
      judge.checkGeneration(item.u64(Key.BYTES), "cache generation");
    }
  }

  static void uuid(Item item, Judge judge) {
    boolean whole = item.size() > 0 && item.size() % Long.BYTES == 0;
    judge.check(whole, "item size", item.size(), Long.BYTES);
  }

  static void orphan(Item item, Judge judge) {
    judge.checkEqual(item.key().objectId(), Ids.ORPHANS, "object id");
    judge.checkEqual(item.size(), 0, "item size");
  }
}
