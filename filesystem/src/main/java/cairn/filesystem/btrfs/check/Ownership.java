package cairn.filesystem.btrfs.check;

import cairn.filesystem.btrfs.tree.FileExtent;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.TreeBlock;
import cairn.filesystem.btrfs.tree.TreeRoot;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Tells the table of extents what a tree refers to, and passes on the items to whoever wants them.
final class Ownership implements Walk.Visitor {
  /// Takes items in the order of their keys.
  @FunctionalInterface
  interface Items {
    /// @param fresh whether no walk has come upon it before
    void item(Item item, boolean fresh) throws IOException;

    /// As [Walk.Visitor#gap].
    default void gap(Key first, @Nullable Key end) {}
  }

  private final ExtentTable extents;
  private final Report report;
  private final Usage usage;
  private final Items items;

  /// The extent of the block that was told last, or -1.
  private int current = -1;

  Ownership(ExtentTable extents, Report report, Usage usage, Items items) {
    this.extents = extents;
    this.report = report;
    this.usage = usage;
    this.items = items;
  }

  /// Says that a root item, or the superblock, refers to a tree.
  static void root(ExtentTable extents, TreeRoot root) {
    boolean moved = root.id() == Ids.RELOCATION;
    extents.found(
        root.address(), moved ? References.ofBlock(root.address()) : References.ofTree(root.id()));
  }

  @Override
  public void block(TreeBlock block, boolean fresh) {
    current = extents.find(block.address());
    usage.touch(current);
    if (fresh && current >= 0) {
      check(block);
    }
  }

  private void check(TreeBlock block) {
    if (extents.isData(current)) {
      report.corrupt(ExtentTable.extent(block.address()), "type", "data", "block of a tree");
    } else if (extents.level(current) != block.level()) {
      report.corrupt(
          ExtentTable.extent(block.address()), "level", extents.level(current), block.level());
    } else if (extents.generation(current) != block.root().generation()) {
      report.corrupt(
          ExtentTable.extent(block.address()),
          "generation",
          extents.generation(current),
          block.root().generation());
    } else if (!extents.isFull(current) && !extents.names(current, block.owner())) {
      report.corrupt(
          ExtentTable.extent(block.address()),
          "owner",
          Long.toUnsignedString(block.owner()),
          "one of those named");
    }
  }

  @Override
  public void child(TreeBlock parent, TreeRoot child) {
    boolean full = extents.isFull(extents.find(parent.address()));
    extents.found(
        child.address(),
        full ? References.ofBlock(parent.address()) : References.ofTree(parent.owner()));
  }

  @Override
  public void item(TreeBlock leaf, Item item, boolean fresh) throws IOException {
    if (item.type() == Key.EXTENT_DATA) {
      FileExtent extent = new FileExtent(item);
      if (!extent.isInline() && !extent.isHole()) {
        data(leaf, extent, fresh);
      }
    }
    items.item(item, fresh);
  }

  @Override
  public void gap(Key first, @Nullable Key end) {
    items.gap(first, end);
  }

  private void data(TreeBlock leaf, FileExtent extent, boolean fresh) {
    int index = extents.find(extent.address());
    usage.touch(index);
    if (!fresh) {
      return;
    }
    long inode = extent.item().key().objectId();
    long reference =
        extents.isFull(current)
            ? References.ofLeaf(leaf.address())
            : References.ofFile(leaf.owner(), inode, extent.fileOffset() - extent.offset());
    extents.found(extent.address(), reference);
    if (index < 0) {
      return;
    }
    if (!extents.isData(index)) {
      report.corrupt(ExtentTable.extent(extent.address()), "type", "block of a tree", "data");
    } else if (extents.bytes(index) != extent.addressBytes()) {
      report.corrupt(
          ExtentTable.extent(extent.address()),
          "length",
          extents.bytes(index),
          extent.addressBytes());
    }
  }
}
