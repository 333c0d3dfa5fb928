package cairn.repository.tree;

import cairn.base.bytes.ChunkId;

/// What a snapshot says of a tree: its root node and what the root must be.
///
/// @param level of the root node; a leaf has level 0
/// @param items the number of leaf items in the tree, at least 1: an empty tree has no root
public record TreeRoot(ChunkId id, int level, long items) {}
