package cairn.linux.fuse;

import cairn.linux.fuse.FuseTree.Stat;
import java.util.ArrayList;
import java.util.List;

/// Takes entries of a directory, as many as a program asked for (`struct fuse_dirent`, `struct
/// fuse_direntplus` in `linux/fuse.h`):
///
/// | offset | bytes | field                                                    |
/// |-------:|------:|----------------------------------------------------------|
/// |      0 |   128 | an entry as a lookup answers it, in a long page only     |
/// |      0 |     8 | number of the node                                       |
/// |      8 |     8 | position of the next entry                               |
/// |     16 |     4 | length of the name                                       |
/// |     20 |     4 | type                                                     |
/// |     24 |     n | name, and zeros up to a multiple of 8                    |
public final class DirectoryPage {
  private static final int HEAD_BYTES = 24;

  private final Reply reply;
  private final int end;
  private final boolean isLong;
  private final List<Long> counted = new ArrayList<>();

  DirectoryPage(Reply reply, int size, boolean isLong) {
    this.reply = reply;
    this.end = reply.length() + Math.min(size, reply.room());
    this.isLong = isLong;
  }

  /// Whether it takes entries with what `stat` tells of them.
  public boolean isLong() {
    return isLong;
  }

  /// @param next the position after this entry
  /// @param type the bits of the mode that say so, shifted down
  /// @return false when it is full, and took nothing
  public boolean add(long next, byte[] name, long number, int type) {
    if (!fits(name)) {
      return false;
    }
    if (isLong) {
      reply.zeros(Reply.ENTRY_BYTES);
    }
    put(next, name, number, type);
    return true;
  }

  /// Of a long page: an entry that counts as one reference to its node.
  public boolean add(long next, byte[] name, Stat stat) {
    if (!fits(name)) {
      return false;
    }
    reply.entry(stat);
    put(next, name, stat.number(), stat.type());
    counted.add(stat.number());
    return true;
  }

  /// The nodes that were added with a reference.
  List<Long> counted() {
    return counted;
  }

  private boolean fits(byte[] name) {
    int bytes = (isLong ? Reply.ENTRY_BYTES : 0) + aligned(HEAD_BYTES + name.length);
    return bytes <= end - reply.length();
  }

  private void put(long next, byte[] name, long number, int type) {
    reply.u64(number).u64(next).u32(name.length).u32(type).raw(name, name.length);
    reply.zeros(aligned(name.length) - name.length);
  }

  private static int aligned(int length) {
    return (length + 7) & -8;
  }
}
