package cairn.filesystem.btrfs.check;

import cairn.filesystem.btrfs.tree.RootItem;
import cairn.filesystem.btrfs.tree.TreeRoot;

/// A tree that the tree of roots has an item for.
///
/// @param offset of the key: of a snapshot, when it was made
/// @param references 0 when it is being removed
record Subvolume(TreeRoot root, long offset, long references, Walk.Removed removed) {
  static Subvolume of(RootItem item) {
    Walk.Removed removed = new Walk.Removed(item.removedUpTo(), item.removalLevel());
    return new Subvolume(item.root(), item.item().key().offset(), item.references(), removed);
  }

  long id() {
    return root.id();
  }

  boolean isRemoved() {
    return references == 0;
  }
}
