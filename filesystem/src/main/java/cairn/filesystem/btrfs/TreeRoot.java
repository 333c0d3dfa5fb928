package cairn.filesystem.btrfs;

/// Where a tree begins, and what its topmost block must say of itself.
///
/// @param id of the tree, which is the owner of its blocks
/// @param address of the topmost block, logical
record TreeRoot(long id, long address, int level, long generation) {
  static final long ROOTS = 1;
  static final long EXTENTS = 2;
  static final long CHUNKS = 3;
}
