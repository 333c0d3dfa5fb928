package cairn.filesystem.ext.check;

import cairn.filesystem.ext.disk.ExtSuperblock;
import org.jspecify.annotations.Nullable;

/// What is remembered of each inode, in five bytes, kept in pages for those parts of the number
/// space where there are any.
final class InodeFacts {
  /// Links are not counted any further.
  static final int LINKS_MAX = 0xFFFF;

  private static final int PAGE = 1 << 12;
  private static final int TYPE_MASK = 0xF;
  private static final int USED = 0x10;
  private static final int NAMELESS = 0x20;

  private final long count;
  private final int[] @Nullable [] links;
  private final byte[] @Nullable [] states;

  InodeFacts(ExtSuperblock superblock) {
    this.count = superblock.inodes();
    int pages = (int) (count / PAGE) + 1;
    this.links = new int[pages][];
    this.states = new byte[pages][];
  }

  /// @param type its number in a directory, 0 when it has none
  /// @param expected how many links it has, as it says itself
  void use(long inode, int type, int expected) {
    page(inode)[slot(inode)] |= (byte) (type | USED);
    int[] page = links[pageOf(inode)];
    if (page != null) {
      page[slot(inode)] |= Math.min(expected, LINKS_MAX) << 16;
    }
  }

  /// It needs no name in any directory.
  void exempt(long inode) {
    page(inode)[slot(inode)] |= NAMELESS;
  }

  boolean isUsed(long inode) {
    return (state(inode) & USED) != 0;
  }

  boolean isExempt(long inode) {
    return (state(inode) & NAMELESS) != 0;
  }

  int type(long inode) {
    return state(inode) & TYPE_MASK;
  }

  /// One more name, or one more user, of an inode in use.
  void refer(long inode) {
    int[] page = links[pageOf(inode)];
    if (page != null && (page[slot(inode)] & LINKS_MAX) < LINKS_MAX) {
      page[slot(inode)]++;
    }
  }

  int counted(long inode) {
    int[] page = links[pageOf(inode)];
    return page == null ? 0 : page[slot(inode)] & LINKS_MAX;
  }

  int expected(long inode) {
    int[] page = links[pageOf(inode)];
    return page == null ? 0 : page[slot(inode)] >>> 16;
  }

  /// The first inode from this one on that is in use; 0 when there is none.
  long nextUsed(long from) {
    long at = from;
    while (at <= count) {
      byte[] page = states[pageOf(at)];
      if (page == null) {
        at = (long) (pageOf(at) + 1) * PAGE + 1;
      } else if ((page[slot(at)] & USED) != 0) {
        return at;
      } else {
        at++;
      }
    }
    return 0;
  }

  private int state(long inode) {
    byte[] page = states[pageOf(inode)];
    return page == null ? 0 : page[slot(inode)];
  }

  private byte[] page(long inode) {
    int index = pageOf(inode);
    byte[] page = states[index];
    if (page == null) {
      page = new byte[PAGE];
      states[index] = page;
      links[index] = new int[PAGE];
    }
    return page;
  }

  private static int pageOf(long inode) {
    return (int) ((inode - 1) / PAGE);
  }

  private static int slot(long inode) {
    return (int) ((inode - 1) % PAGE);
  }
}
