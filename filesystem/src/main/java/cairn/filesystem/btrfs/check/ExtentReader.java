package cairn.filesystem.btrfs.check;

import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.ExtentItem;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;

/// Fills the table from the items of the tree of extents.
final class ExtentReader {
  private final BtrfsSuperblock superblock;
  private final ChunkMap map;
  private final ExtentTable table;
  private final Groups groups;
  private final Report report;

  /// The extent that was added last, or -1 when it was not added.
  private int latest = -1;

  private long latestStart = -1;

  ExtentReader(
      BtrfsSuperblock superblock, ChunkMap map, ExtentTable table, Groups groups, Report report) {
    this.superblock = superblock;
    this.map = map;
    this.table = table;
    this.groups = groups;
    this.report = report;
  }

  void item(Item item) {
    switch (item.type()) {
      case Key.EXTENT_ITEM, Key.METADATA_ITEM -> extent(new ExtentItem(item));
      case Key.BLOCK_GROUP_ITEM -> groups.add(item);
      default -> keyed(item);
    }
  }

  private void extent(ExtentItem extent) {
    Key key = extent.item().key();
    long start = key.objectId();
    long length = extent.isSkinny() ? superblock.nodeBytes() : key.offset();
    latest = -1;
    latestStart = start;
    if (map.chunk(start, length).isEmpty()) {
      report.corrupt(
          ExtentTable.extent(start),
          "place",
          Long.toUnsignedString(start) + "+" + Long.toUnsignedString(length),
          "within a chunk");
      return;
    }
    int before = table.size() - 1;
    if (before >= 0 && table.end(before) > start) {
      report.corrupt(ExtentTable.extent(start), "start", start, table.end(before));
      return;
    }
    int level = extent.isData() ? -1 : extent.level();
    latest = table.add(start, length, level, extent.hasFullReferences());
    table.says(latest, extent.references(), extent.generation());
    for (int at = extent.refsAt(); at < extent.item().size(); ) {
      int type = extent.item().u8(at);
      named(extent.item(), type, at + 1);
      at += ExtentItem.refBytes(type);
    }
  }

  private void named(Item item, int type, int at) {
    switch (type) {
      case Key.TREE_BLOCK_REF -> table.namedTree(latest, item.u64(at));
      case Key.SHARED_BLOCK_REF -> table.named(latest, References.ofBlock(item.u64(at)), 1);
      case Key.EXTENT_DATA_REF -> file(item, at);
      case Key.SHARED_DATA_REF ->
          table.named(latest, References.ofLeaf(item.u64(at)), item.u32(at + 8));
      default -> {}
    }
  }

  private void file(Item item, int at) {
    long reference = References.ofFile(item.u64(at), item.u64(at + 8), item.u64(at + 16));
    table.named(latest, reference, item.u32(at + 24));
  }

  /// A reference with an item of its own, behind that of its extent.
  private void keyed(Item item) {
    Key key = item.key();
    if (key.objectId() != latestStart) {
      report.corrupt(
          ExtentTable.extent(key.objectId()), "extent item", "none", "one before its references");
      return;
    }
    if (latest < 0) {
      return;
    }
    switch (key.type()) {
      case Key.TREE_BLOCK_REF -> table.namedTree(latest, key.offset());
      case Key.SHARED_BLOCK_REF -> table.named(latest, References.ofBlock(key.offset()), 1);
      case Key.SHARED_DATA_REF -> table.named(latest, References.ofLeaf(key.offset()), item.u32(0));
      default -> {
        for (int at = 0; at < item.size(); at += ExtentItem.DATA_REF_BYTES) {
          file(item, at);
        }
      }
    }
  }
}
