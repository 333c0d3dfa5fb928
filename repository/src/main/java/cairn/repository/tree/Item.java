package cairn.repository.tree;

import cairn.base.bytes.ChunkId;

/// One item of a node.
///
/// @param key in a leaf, its key; above, the first key of the child
/// @param id in a leaf, the chunk; above, the child node
/// @param count in a leaf, 1; above, the number of leaf items beneath
public record Item(Key key, ChunkId id, long count) {
  public static Item block(long number, ChunkId chunk) {
    return new Item(Key.block(number), chunk, 1);
  }
}
