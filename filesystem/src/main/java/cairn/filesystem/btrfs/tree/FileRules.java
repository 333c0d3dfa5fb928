package cairn.filesystem.btrfs.tree;

/// What must hold for extents of files and for checksums, by `fs/btrfs/tree-checker.c` of Linux.
final class FileRules {
  private static final int COMPRESSION_MAX = 3;

  private FileRules() {}

  static void extent(Item item, Judge judge) {
    if (!opening(item, judge)) {
      return;
    }
    FileExtent extent = new FileExtent(item);
    judge.check(
        extent.type() <= FileExtent.PREALLOCATED, "extent type", extent.type(), "0, 1 or 2");
    judge.check(extent.compression() <= COMPRESSION_MAX, "compression", extent.compression(), 3);
    judge.checkEqual(extent.encryption(), 0, "encryption");
    judge.checkEqual(extent.otherEncoding(), 0, "other encoding");
    judge.checkGeneration(extent.generation(), "extent generation");
    if (judge.block().owner() == Ids.DATA_RELOCATION) {
      judge.checkEqual(extent.compression(), 0, "compression");
    }
    if (extent.isInline()) {
      inline(extent, judge);
    } else {
      regular(extent, judge);
    }
  }

  private static boolean opening(Item item, Judge judge) {
    Key key = item.key();
    boolean within = !Ids.isSubvolume(judge.block().owner()) || !judge.beginsObject();
    return judge.checkAligned(key.offset(), "file offset")
        && judge.check(within, "key before", judge.before().key().objectId(), "the same inode")
        && judge.check(
            item.size() >= FileExtent.HEADER_BYTES,
            "item size",
            item.size(),
            FileExtent.HEADER_BYTES);
  }

  private static void inline(FileExtent extent, Judge judge) {
    judge.checkEqual(extent.fileOffset(), 0, "file offset of an inline extent");
    long size = extent.item().size();
    if (extent.compression() == 0) {
      judge.checkEqual(size, FileExtent.HEADER_BYTES + extent.plainBytes(), "item size");
    } else {
      long most = judge.superblock().sectorBytes();
      boolean sane = extent.plainBytes() >= 1 && extent.plainBytes() <= most;
      judge.check(sane, "ram_bytes", extent.plainBytes(), most);
    }
  }

  private static void regular(FileExtent extent, Judge judge) {
    if (!judge.checkEqual(extent.item().size(), FileExtent.BYTES, "item size")) {
      return;
    }
    judge.checkAligned(extent.plainBytes(), "ram_bytes");
    judge.checkAligned(extent.address(), "disk_bytenr");
    judge.checkAligned(extent.addressBytes(), "disk_num_bytes");
    judge.checkAligned(extent.offset(), "offset");
    judge.checkAligned(extent.bytes(), "num_bytes");
    boolean sane = extent.bytes() > 0 && extent.fileOffset() <= Long.MAX_VALUE - extent.bytes();
    if (!judge.check(sane, "num_bytes", extent.bytes(), "1 and more, within 2^63")) {
      return;
    }
    if (!extent.isHole()) {
      range(extent, judge);
    }
    before(extent, judge);
  }

  /// As `btrfs check` wants it, too.
  private static void range(FileExtent extent, Judge judge) {
    long most = extent.plainBytes() - extent.bytes();
    boolean within = extent.plainBytes() > 0 && extent.offset() >= 0 && extent.offset() <= most;
    judge.check(within, "offset", extent.offset(), "such that the piece is within ram_bytes");
    boolean plain = extent.compression() == 0 || !extent.isPreallocated();
    judge.check(plain, "compression of a preallocated extent", extent.compression(), 0);
  }

  private static void before(FileExtent extent, Judge judge) {
    Item item = judge.sameBefore();
    if (item == extent.item() || item.size() != FileExtent.BYTES) {
      return;
    }
    FileExtent before = new FileExtent(item);
    if (!before.isInline()) {
      boolean apart = Long.compareUnsigned(before.fileEnd(), extent.fileOffset()) <= 0;
      judge.check(apart, "file offset", extent.fileOffset(), "after the extent before");
    }
  }

  static void checksums(Item item, Judge judge) {
    Key key = item.key();
    judge.checkEqual(key.objectId(), Ids.CHECKSUM_OBJECT, "object id");
    judge.checkAligned(key.offset(), "key offset");
    int each = judge.superblock().checksum().bytes();
    boolean whole = item.size() % each == 0 && item.size() > 0;
    judge.check(whole, "item size", item.size(), each);
    Item before = judge.sameBefore();
    if (before != item && whole) {
      long end =
          before.key().offset() + (long) (before.size() / each) * judge.superblock().sectorBytes();
      boolean apart = Long.compareUnsigned(end, key.offset()) <= 0;
      judge.check(apart, "key offset", key.offset(), end);
    }
  }
}
