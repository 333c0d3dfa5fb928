package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;

/// Checks a superblock as xfs_repair does: the one in force, and the copies in other groups, which
/// are to describe the same file system. Counters and the root are not kept up to date in copies.
public final class XfsSuperblockCopy {
  /// Fields that are the same in all: from, to.
  private static final int[][] SAME = {
    {4, 48}, {80, 100}, {102, 108}, {120, 126}, {180, 184}, {192, 204}, {212, 220}
  };

  /// With version 4 more features than these may be switched on in the one in force.
  private static final int[][] SAME_4 = {{4, 48}, {80, 100}, {102, 108}, {120, 126}, {192, 200}};

  private static final int[] QUOTA_INODES = {160, 168, 232};
  private static final int STRIPES = 0x100;
  private static final int PERCENT = 100;

  private final XfsSuperblock superblock;
  private final Fields copy;
  private final Subject subject;

  private XfsSuperblockCopy(XfsSuperblock superblock, Fields copy, long group) {
    this.superblock = superblock;
    this.copy = copy;
    this.subject = XfsSuperblock.subject(superblock.groupOffset(group));
  }

  /// @param copy in that group; in the first, the superblock itself
  public static void check(XfsSuperblock superblock, Fields copy, long group) throws CorruptData {
    XfsSuperblockCopy check = new XfsSuperblockCopy(superblock, copy, group);
    if (group > 0) {
      check.checkSame();
    } else {
      check.checkInodes();
    }
    check.checkValues();
    check.checkQuotas();
    check.checkRest();
  }

  private void checkSame() throws CorruptData {
    subject.check(copy.holds(0, XfsSuperblock.MAGIC), "magic", copy.u32(0), XfsSuperblock.MAGIC);
    subject.checkEqual(copy.u16(100) & XfsSuperblock.VERSION_MASK, superblock.version(), "version");
    if (superblock.hasChecksums()) {
      XfsSeal.SUPERBLOCK.checkSum(copy, 0, copy.size(), subject);
    }
    Fields fields = superblock.fields();
    for (int[] same : superblock.hasChecksums() ? SAME : SAME_4) {
      for (int at = same[0]; at < same[1]; at++) {
        if (copy.u8(at) != fields.u8(at)) {
          throw subject.corrupt("byte " + at, "" + copy.u8(at), "" + fields.u8(at));
        }
      }
    }
  }

  /// Those of the realtime section come right behind the root.
  private void checkInodes() throws CorruptData {
    long root = superblock.rootInode();
    subject.checkEqual(copy.u64(64), root + 1, "inode of the realtime bitmap");
    subject.checkEqual(copy.u64(72), root + 2, "inode of the realtime summary");
  }

  private void checkValues() throws CorruptData {
    int version = copy.u16(100);
    boolean known = (version & ~XfsSuperblock.VERSION_KNOWN) == 0;
    subject.check(known, "version", version, XfsSuperblock.VERSION_KNOWN);
    if ((version & XfsSuperblock.VERSION_MORE) != 0) {
      boolean knownMore = (copy.i32(200) & ~XfsSuperblock.FEATURES2_KNOWN) == 0;
      subject.check(knownMore, "features", copy.u32(200), XfsSuperblock.FEATURES2_KNOWN);
    }
    subject.check(copy.u8(127) <= PERCENT, "share of inodes", copy.u8(127), PERCENT);
    subject.checkEqual(copy.u8(178), 0, "flags");
    subject.checkEqual(copy.u8(179), 0, "shared version");
    boolean striped = (version & STRIPES) != 0;
    subject.check(striped || copy.u64(184) == 0, "stripe", copy.u64(184), 0);
    if (!superblock.hasRealtime()) {
      boolean none = copy.u64(24) == 0 && copy.u32(92) == 0 && copy.u8(125) == 0;
      subject.check(none, "realtime section", copy.u64(24), 0);
    }
  }

  /// A copy that mkfs made has no quotas.
  private void checkQuotas() throws CorruptData {
    if (copy.u8(126) != 1) {
      return;
    }
    for (int at : QUOTA_INODES) {
      if (at != 232 || superblock.hasChecksums()) {
        long inode = copy.u64(at);
        boolean none = inode == 0 || inode == XfsSuperblock.NO_INODE;
        subject.check(none, "inode of quotas", inode, XfsSuperblock.NO_INODE);
      }
    }
    subject.checkEqual(copy.u16(176), 0, "quota flags");
  }

  /// What lies behind the last field is zero.
  private void checkRest() throws CorruptData {
    boolean more = (superblock.fields().u16(100) & XfsSuperblock.VERSION_MORE) != 0;
    boolean own = (superblock.incompatible() & XfsSuperblock.INCOMPAT_META_UUID) != 0;
    int end = superblock.hasChecksums() ? (own ? 264 : 248) : more ? 208 : copy.size();
    for (int at = end; at < copy.size(); at++) {
      if (copy.u8(at) != 0) {
        throw subject.corrupt("byte " + at, "" + copy.u8(at), "0");
      }
    }
  }
}
