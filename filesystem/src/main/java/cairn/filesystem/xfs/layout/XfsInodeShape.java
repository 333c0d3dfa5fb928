package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;

/// Whether what an inode says of itself makes sense, as `xfs_dinode_verify` of Linux and
/// `process_dinode` of xfs_repair have it.
public final class XfsInodeShape {
  private static final int FIFO = 1;
  private static final int CHARACTER_DEVICE = 2;
  private static final int DIRECTORY = 4;
  private static final int BLOCK_DEVICE = 6;
  private static final int REGULAR = 8;
  private static final int SYMBOLIC_LINK = 10;
  private static final int SOCKET = 12;

  private static final int TARGET_MAX = 1023;
  private static final int DEVICE_BYTES = 8;
  private static final int ROOT_BYTES = 4;
  private static final int ROOT_ENTRY_BYTES = 16;
  private static final int FLAGS_KNOWN = 0x7FFF;
  private static final int FLAG_NEW_BITMAP = 0x4;
  private static final int FLAG_INHERIT_REALTIME = 0x100;
  private static final int FLAG_INHERIT_PROJECT = 0x200;
  private static final int FLAG_NO_LINKS = 0x400;
  private static final int FLAG_EXTENT_HINT = 0x800;
  private static final int FLAG_INHERIT_EXTENT_HINT = 0x1000;
  private static final long FLAG2_SHARED = 0x2;
  private static final long FLAG2_COPY_HINT = 0x4;
  private static final long FLAG2_BIG_TIMES = 0x8;
  private static final long FLAG2_LARGE_COUNTS = 0x10;
  private static final long FLAGS2_KNOWN = 0x1F;
  private static final long EXTENT_HINT_MAX = 0x1F_FFFF;
  private static final long NANOS = 1_000_000_000;

  private final XfsInode inode;
  private final XfsSuperblock superblock;
  private final int type;

  private XfsInodeShape(XfsInode inode) {
    this.inode = inode;
    this.superblock = inode.superblock();
    this.type = inode.mode() >>> 12;
  }

  /// Of one that is in use.
  public static void check(XfsInode inode) throws CorruptData {
    XfsInodeShape shape = new XfsInodeShape(inode);
    shape.checkSize();
    shape.checkFlags();
    shape.checkPadding();
    shape.checkNext();
    shape.checkHints();
    shape.checkData();
    shape.checkAttributes();
    shape.checkTimes();
  }

  private void checkSize() throws CorruptData {
    long size = inode.size();
    inode.check(size >= 0, "size", size, "less than 2^63");
    boolean known =
        switch (type) {
          case FIFO, CHARACTER_DEVICE, DIRECTORY, BLOCK_DEVICE, REGULAR, SYMBOLIC_LINK, SOCKET ->
              true;
          default -> false;
        };
    inode.check(known, "mode", inode.mode(), "that of a file");
    if (type == DIRECTORY) {
      inode.check(size > 0, "size", size, "that of a directory");
    } else if (type == SYMBOLIC_LINK) {
      inode.check(size > 0 && size <= TARGET_MAX, "size", size, "1.." + TARGET_MAX);
    } else if (type != REGULAR) {
      inode.check(size == 0, "size", size, "0");
    }
    long extents = inode.extents(XfsFork.Use.DATA);
    long all = extents + inode.extents(XfsFork.Use.ATTRIBUTES);
    inode.check(
        extents >= 0 && all >= 0 && all <= inode.blocks(), "extents", all, "at most its blocks");
    inode.check(
        inode.blocks() >= 0 && (inode.blocks() <= superblock.blocks() || isShared()),
        "blocks",
        inode.blocks(),
        "at most those of the file system");
  }

  private boolean isShared() {
    return (inode.flags2() & FLAG2_SHARED) != 0;
  }

  private void checkFlags() throws CorruptData {
    int flags = inode.flags();
    inode.check((flags & ~FLAGS_KNOWN) == 0, "flags", flags, "known ones");
    inode.check(
        (flags & XfsInode.REALTIME) == 0 || superblock.hasRealtime(),
        "flags",
        flags,
        "no realtime section");
    if (type != DIRECTORY) {
      int onlyDirectories =
          FLAG_INHERIT_REALTIME | FLAG_INHERIT_PROJECT | FLAG_NO_LINKS | FLAG_INHERIT_EXTENT_HINT;
      inode.check((flags & onlyDirectories) == 0, "flags", flags, "none of a directory");
    }
    boolean bitmap = superblock.isRealtimeInode(inode.number());
    if (type != REGULAR) {
      int onlyFiles = XfsInode.REALTIME | FLAG_EXTENT_HINT | FLAG_NEW_BITMAP;
      inode.check((flags & onlyFiles) == 0, "flags", flags, "none of a file");
    } else if (!bitmap) {
      inode.check((flags & FLAG_NEW_BITMAP) == 0, "flags", flags, "none of the realtime bitmap");
    }
    checkFlags2(inode.flags2());
  }

  private void checkFlags2(long flags) throws CorruptData {
    inode.check((flags & ~FLAGS2_KNOWN) == 0, "more flags", flags, "known ones");
    if (isShared()) {
      inode.check(
          superblock.hasSharing() && type == REGULAR, "more flags", flags, "no shared extents");
      inode.check(
          (inode.flags() & XfsInode.REALTIME) == 0, "more flags", flags, "not shared and realtime");
    }
    inode.check(
        (flags & FLAG2_BIG_TIMES) == 0 || superblock.hasBigTimes(),
        "more flags",
        flags,
        "no big times");
    inode.check(
        (flags & FLAG2_LARGE_COUNTS) == 0 || superblock.hasLargeCounts(),
        "more flags",
        flags,
        "no large counts");
    if ((flags & FLAG2_COPY_HINT) != 0) {
      inode.check(
          superblock.hasSharing() && (type == REGULAR || type == DIRECTORY),
          "more flags",
          flags,
          "no hint for copies");
    }
  }

  /// Hints stay in inodes that are no longer in use.
  private void checkHints() throws CorruptData {
    boolean free = inode.isFree();
    int hinted = FLAG_EXTENT_HINT | FLAG_INHERIT_EXTENT_HINT;
    boolean has = free || (inode.flags() & hinted) != 0;
    long hint = inode.extentHint();
    inode.check(has || hint == 0, "extent size hint", hint, "0");
    boolean realtime = (inode.flags() & XfsInode.REALTIME) != 0;
    long most = Math.min(EXTENT_HINT_MAX, superblock.groupBlocks() / 2);
    inode.check(realtime || hint <= most, "extent size hint", hint, "at most " + most);
    boolean hasCopy = free || (inode.flags2() & FLAG2_COPY_HINT) != 0;
    long copyHint = inode.copyHint();
    boolean good = hasCopy ? copyHint <= most : copyHint == 0;
    inode.check(good, "copy size hint", copyHint, hasCopy ? "at most " + most : "0");
  }

  private void checkData() throws CorruptData {
    int at = inode.attributesAt();
    inode.check(at < inode.forkBytes(), "place of attributes", at, "within the inode");
    XfsFork fork = inode.data();
    int format = fork.format();
    boolean fits =
        switch (type) {
          case REGULAR -> format == XfsInode.EXTENTS_FORMAT || format == XfsInode.TREE_FORMAT;
          case DIRECTORY, SYMBOLIC_LINK ->
              format >= XfsInode.LOCAL_FORMAT && format <= XfsInode.TREE_FORMAT;
          default -> format == XfsInode.DEVICE_FORMAT;
        };
    inode.check(fits, "format", format, "one for its type");
    checkFork(fork);
    if (format == XfsInode.LOCAL_FORMAT) {
      inode.check(inode.size() <= fork.bytes(), "size", inode.size(), "at most " + fork.bytes());
    }
    if (format == XfsInode.DEVICE_FORMAT) {
      inode.check(fork.extents() == 0, "extents", fork.extents(), "0");
      inode.check(at == 0 || at == DEVICE_BYTES, "place of attributes", at, "" + DEVICE_BYTES);
    }
  }

  private void checkAttributes() throws CorruptData {
    int format = inode.format(XfsFork.Use.ATTRIBUTES);
    if (inode.attributesAt() == 0) {
      long extents = inode.extents(XfsFork.Use.ATTRIBUTES);
      inode.check(extents == 0, "extents of attributes", extents, "0");
      inode.check(
          format == 0 || format == XfsInode.EXTENTS_FORMAT, "format of attributes", format, "2");
      return;
    }
    boolean fits = format >= XfsInode.LOCAL_FORMAT && format <= XfsInode.TREE_FORMAT;
    inode.check(fits, "format of attributes", format, "1..3");
    checkFork(inode.attributes().orElseThrow());
  }

  private void checkFork(XfsFork fork) throws CorruptData {
    long extents = fork.extents();
    switch (fork.format()) {
      case XfsInode.LOCAL_FORMAT -> inode.check(extents == 0, "extents", extents, "0");
      case XfsInode.EXTENTS_FORMAT -> {
        int room = fork.bytes() / XfsExtent.BYTES;
        inode.check(extents <= room, "extents", extents, "at most " + room);
      }
      case XfsInode.TREE_FORMAT -> {
        int room = fork.bytes() / XfsExtent.BYTES;
        inode.check(extents > room, "extents", extents, "more than " + room);
        inode.check(fork.bytes() >= ROOT_BYTES + ROOT_ENTRY_BYTES, "fork", fork.bytes(), "a root");
      }
      default -> {}
    }
  }

  private void checkTimes() throws CorruptData {
    for (int at : new int[] {32, 40, 48, 144}) {
      if (at < 144 || inode.version() == 3) {
        long nanos = inode.nanos(at);
        inode.check(nanos < NANOS, "nanoseconds", nanos, "less than " + NANOS);
      }
    }
  }

  /// Fields that other features use must be empty without them.
  private void checkPadding() throws CorruptData {
    inode.check(inode.padding() == 0, "padding", inode.padding(), "0");
  }

  /// Only one that has lost its names is in a list.
  private void checkNext() throws CorruptData {
    boolean free = inode.nextUnnamed() == XfsInodeHeader.NO_INODE;
    inode.check(free || inode.links() == 0, "next in a list", inode.nextUnnamed(), "none");
  }

  /// Of one that is not in use.
  public static void checkFree(XfsInode inode) throws CorruptData {
    inode.check(inode.size() >= 0, "size", inode.size(), "less than 2^63");
    inode.check(inode.blocks() == 0, "blocks", inode.blocks(), "0");
    inode.check(inode.links() == 0, "links", inode.links(), "0");
    long extents = inode.extents(XfsFork.Use.DATA) | inode.extents(XfsFork.Use.ATTRIBUTES);
    inode.check(extents == 0, "extents", extents, "0");
    long next = inode.nextUnnamed();
    inode.check(next == XfsInodeHeader.NO_INODE, "next in a list", next, "none");
    int flags = inode.flags();
    int never = ~FLAGS_KNOWN | XfsInode.REALTIME | FLAG_NEW_BITMAP;
    inode.check((flags & never) == 0, "flags", flags, "known ones");
    XfsInodeShape shape = new XfsInodeShape(inode);
    shape.checkPadding();
    shape.checkHints();
    inode.check(inode.attributesAt() == 0, "place of attributes", inode.attributesAt(), "0");
    shape.checkAttributes();
    shape.checkFlags2(inode.flags2() & ~FLAG2_COPY_HINT & ~FLAG2_SHARED);
  }
}
