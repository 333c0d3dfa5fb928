package cairn.filesystem.btrfs.tree;

/// Is told what is wrong with a block of a tree.
@FunctionalInterface
public interface Complaints {
  /// @param slot of the item or pointer, or -1 for the block as a whole
  /// @param where within it: `ino=257 file_offset=4096`, or nothing
  void complain(int slot, String where, String field, String have, String expect);
}
