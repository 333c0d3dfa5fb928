package cairn.filesystem.btrfs.tree;

/// Where a block of a tree lies, and what it must say of itself: from an item of the tree of roots,
/// the superblock, or the pointer in the block above it.
///
/// @param id of the tree
/// @param address of the block, logical
public record TreeRoot(long id, long address, int level, long generation) {}
