package cairn.filesystem.btrfs.tree;

/// Which items a tree may have, and which rules are for each.
final class ItemRules {
  private ItemRules() {}

  static void check(Item item, Judge judge) {
    if (!belongs(judge.block().owner(), item.key())) {
      judge.fail("key type", Integer.toString(item.type()), "one of this tree");
      return;
    }
    switch (item.type()) {
      case Key.INODE_ITEM -> InodeRules.inode(item, judge);
      case Key.INODE_REF -> InodeRules.ref(item, judge);
      case Key.INODE_EXTREF -> InodeRules.extref(item, judge);
      case Key.DIR_ITEM, Key.DIR_INDEX, Key.XATTR_ITEM -> InodeRules.entries(item, judge);
      case Key.EXTENT_DATA -> FileRules.extent(item, judge);
      case Key.EXTENT_CSUM -> FileRules.checksums(item, judge);
      case Key.ORPHAN_ITEM -> RootRules.orphan(item, judge);
      case Key.ROOT_ITEM -> RootRules.root(item, judge);
      case Key.ROOT_REF, Key.ROOT_BACKREF -> RootRules.ref(item, judge);
      case Key.NONE -> untyped(item, judge);
      case Key.EXTENT_ITEM, Key.METADATA_ITEM -> ExtentRules.extent(item, judge);
      case Key.TREE_BLOCK_REF, Key.SHARED_BLOCK_REF, Key.SHARED_DATA_REF ->
          ExtentRules.keyedRef(item, judge);
      case Key.EXTENT_DATA_REF -> ExtentRules.keyedDataRef(item, judge);
      default -> space(item, judge);
    }
  }

  /// Of the tree of roots; nobody reads what caches of free inodes say any more.
  private static void untyped(Item item, Judge judge) {
    if (item.key().objectId() == Ids.FREE_SPACE_FILE) {
      RootRules.cache(item, judge);
    }
  }

  private static void space(Item item, Judge judge) {
    switch (item.type()) {
      case Key.BLOCK_GROUP_ITEM -> SpaceRules.group(item, judge);
      case Key.FREE_SPACE_INFO -> SpaceRules.freeInfo(item, judge);
      case Key.FREE_SPACE_EXTENT -> SpaceRules.freeExtent(item, judge);
      case Key.FREE_SPACE_BITMAP -> SpaceRules.freeBitmap(item, judge);
      case Key.DEVICE_EXTENT -> SpaceRules.deviceExtent(item, judge);
      case Key.DEVICE_ITEM -> SpaceRules.device(item, judge);
      case Key.CHUNK_ITEM -> SpaceRules.chunk(item, judge);
      case Key.QUOTA_STATUS, Key.QUOTA_INFO, Key.QUOTA_LIMIT, Key.QUOTA_RELATION ->
          RootRules.quota(item, judge);
      case Key.UUID_SUBVOLUME, Key.UUID_RECEIVED -> RootRules.uuid(item, judge);
      default -> {}
    }
  }

  private static boolean belongs(long tree, Key key) {
    int type = key.type();
    return switch (Ids.small(tree)) {
      case (int) Ids.ROOTS -> belongsToRoots(key);
      case (int) Ids.EXTENTS ->
          type == Key.EXTENT_ITEM
              || type == Key.METADATA_ITEM
              || type == Key.TREE_BLOCK_REF
              || type == Key.EXTENT_DATA_REF
              || type == Key.SHARED_BLOCK_REF
              || type == Key.SHARED_DATA_REF
              || type == Key.BLOCK_GROUP_ITEM;
      case (int) Ids.CHUNKS -> type == Key.DEVICE_ITEM || type == Key.CHUNK_ITEM;
      case (int) Ids.DEVICES ->
          type == Key.DEVICE_EXTENT || type == Key.PERSISTENT_ITEM || type == Key.DEVICE_REPLACE;
      case (int) Ids.CHECKSUMS -> type == Key.EXTENT_CSUM;
      case (int) Ids.QUOTAS ->
          type >= Key.QUOTA_STATUS && type <= Key.QUOTA_RELATION && type % 2 == 0;
      case (int) Ids.UUIDS -> type == Key.UUID_SUBVOLUME || type == Key.UUID_RECEIVED;
      case (int) Ids.FREE_SPACE -> type >= Key.FREE_SPACE_INFO && type <= Key.FREE_SPACE_BITMAP;
      case (int) Ids.BLOCK_GROUPS -> type == Key.BLOCK_GROUP_ITEM;
      case (int) Ids.LOG -> belongsToFiles(type) || belongsToLog(type);
      default -> belongsToFiles(type) || (type == Key.NONE && key.objectId() == Ids.FREE_INODES);
    };
  }

  private static boolean belongsToRoots(Key key) {
    return switch (key.type()) {
      case Key.NONE -> key.objectId() == Ids.FREE_SPACE_FILE;
      case Key.ROOT_ITEM,
          Key.ROOT_REF,
          Key.ROOT_BACKREF,
          Key.TEMPORARY_ITEM,
          Key.PERSISTENT_ITEM,
          Key.STRING_ITEM ->
          true;
      default -> belongsToFiles(key.type());
    };
  }

  private static boolean belongsToFiles(int type) {
    return switch (type) {
      case Key.INODE_ITEM,
          Key.INODE_REF,
          Key.INODE_EXTREF,
          Key.XATTR_ITEM,
          Key.VERITY_DESCRIPTOR,
          Key.VERITY_MERKLE,
          Key.ORPHAN_ITEM,
          Key.DIR_ITEM,
          Key.DIR_INDEX,
          Key.EXTENT_DATA ->
          true;
      default -> false;
    };
  }

  private static boolean belongsToLog(int type) {
    return switch (type) {
      case Key.DIR_LOG_ITEM, Key.DIR_LOG_INDEX, Key.EXTENT_CSUM, Key.ROOT_ITEM -> true;
      default -> false;
    };
  }
}
