package cairn.filesystem.btrfs.check;

import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;

/// Names as numbers: that of an entry is the same in the directory, by its index, and with the
/// inode or subvolume that it leads to.
final class Names {
  /// Takes a name that an inode has.
  @FunctionalInterface
  interface RefVisitor {
    void ref(long directory, long index, byte[] name);
  }

  private static final int REF_BYTES = 10;
  private static final int EXTREF_BYTES = 18;

  private Names() {}

  /// Of a name within its subvolume.
  static long of(long directory, long index, byte[] name, int type) {
    return References.mix(References.mix(References.mix(type, directory), index), name);
  }

  /// Of a name of a subvolume.
  static long ofSubvolume(long parent, long child, long directory, long index, byte[] name) {
    long pair = References.mix(References.mix(0, parent), child);
    return References.mix(References.mix(References.mix(pair, directory), index), name);
  }

  /// Tells the names in an item of either kind.
  static void visit(Item item, RefVisitor visitor) {
    boolean extended = item.type() == Key.INODE_EXTREF;
    int header = extended ? EXTREF_BYTES : REF_BYTES;
    for (int at = 0; at < item.size(); ) {
      long directory = extended ? item.u64(at) : item.key().offset();
      long index = item.u64(at + header - REF_BYTES);
      int length = item.u16(at + header - 2);
      visitor.ref(directory, index, item.raw(at + header, length));
      at += header + length;
    }
  }
}
