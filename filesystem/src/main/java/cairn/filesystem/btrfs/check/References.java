package cairn.filesystem.btrfs.check;

/// References to an extent as numbers, so that sets of them can be compared by their sums: which
/// tree refers to a block, or which file to data; or, for what only some of the trees share, which
/// block does.
final class References {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private References() {}

  /// Of the tree that a block was made for.
  static long ofTree(long tree) {
    return mix(1, tree);
  }

  /// Of the block that has the pointer.
  static long ofBlock(long parent) {
    return mix(2, parent);
  }

  /// @param offset of the whole extent, as if all of it were in the file
  static long ofFile(long tree, long inode, long offset) {
    return mix(mix(mix(3, tree), inode), offset);
  }

  /// Of the leaf that has the item.
  static long ofLeaf(long parent) {
    return mix(4, parent);
  }

  /// Different for different sequences of numbers, as good as always.
  static long mix(long state, long value) {
    long mixed = (state ^ (value + STEP)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 29)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 32);
  }

  static long mix(long state, byte[] bytes) {
    long mixed = mix(state, bytes.length);
    for (byte each : bytes) {
      mixed = (mixed ^ each) * 0x100000001B3L;
    }
    return mix(mixed, 0);
  }
}
