package cairn.repository.tree;

import cairn.base.bytes.ChunkId;
import org.jspecify.annotations.Nullable;

/// What a parent, or a snapshot, says of a node before it is read.
///
/// @param firstKey null where nothing is said: of a root
/// @param count the number of leaf items beneath
/// @param blockCount the number of blocks of the volume; no key reaches it
public record Promise(ChunkId id, int level, @Nullable Key firstKey, long count, long blockCount) {
  public static Promise of(TreeRoot root, long blockCount) {
    return new Promise(root.id(), root.level(), null, root.items(), blockCount);
  }

  /// What the item of a node of `level` says of its child.
  public Promise child(Item item) {
    return new Promise(item.id(), level - 1, item.key(), item.count(), blockCount);
  }
}
