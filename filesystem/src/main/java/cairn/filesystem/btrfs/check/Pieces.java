package cairn.filesystem.btrfs.check;

import cairn.filesystem.btrfs.tree.FileExtent;
import cairn.filesystem.btrfs.tree.Inode;

/// The extents of one file, in their order.
final class Pieces {
  /// Is told what is wrong.
  @FunctionalInterface
  interface Wrong {
    void tell(String field, String have, String expect);
  }

  private final Covered covered;
  private final boolean judged;
  private long bytes;
  private long end;
  private boolean any;
  private boolean inlined;
  private long inlineBytes;
  private boolean sealed;
  private boolean unsealed;
  private boolean sealedUnwritten;
  private long overlap = -1;

  /// Where the first hole begins that no extent stands for, or -1.
  private long gap = -1;

  /// @param judged whether checksums are expected by the flags of the inode: what a balance is
  ///   moving has them by the flags of another one
  Pieces(Covered covered, boolean judged) {
    this.covered = covered;
    this.judged = judged;
  }

  void add(FileExtent extent) {
    any = true;
    long start = extent.fileOffset();
    if (start < end) {
      overlap = start;
    } else if (start > end && gap < 0) {
      gap = end;
    }
    end = extent.fileEnd();
    if (extent.isInline()) {
      inlined = true;
      inlineBytes = extent.plainBytes();
      bytes += inlineBytes;
      end = covered.sectorBytes();
    } else if (!extent.isHole()) {
      bytes += extent.bytes();
      seal(extent);
    }
  }

  private void seal(FileExtent extent) {
    boolean packed = extent.compression() != 0;
    long from = packed ? extent.address() : extent.address() + extent.offset();
    int found = covered.of(from, packed ? extent.addressBytes() : extent.bytes());
    if (found < 0 || !judged) {
      return;
    }
    if (extent.isPreallocated()) {
      sealedUnwritten |= found > 0;
    } else {
      sealed |= found > 0;
      unsealed |= found < 2;
    }
  }

  void check(Inode inode, boolean noHoles, Wrong wrong) {
    boolean file = inode.isRegular();
    if (any && !file && !(inode.isLink() && inlined)) {
      wrong.tell("extents", "some", "none, by its type");
      return;
    }
    if (overlap >= 0) {
      wrong.tell("file extent at", Long.toString(overlap), "after the one before");
    }
    if ((file || inode.isLink()) && inode.bytes() != bytes) {
      wrong.tell("nbytes", Long.toUnsignedString(inode.bytes()), Long.toString(bytes));
    }
    if (inode.isLink() && inode.size() != inlineBytes) {
      wrong.tell("size", Long.toUnsignedString(inode.size()), Long.toString(inlineBytes));
    }
    if (file) {
      checkContent(inode, noHoles, wrong);
    }
  }

  private void checkContent(Inode inode, boolean noHoles, Wrong wrong) {
    boolean hole =
        Long.compareUnsigned(end, inode.size()) < 0
            || (gap >= 0 && Long.compareUnsigned(gap, inode.size()) < 0);
    if (!noHoles && inode.links() > 0 && hole) {
      wrong.tell("extents", "a gap at " + (gap >= 0 ? gap : end), "none up to its size");
    }
    if (inode.isUnsealed() && sealed) {
      wrong.tell("checksums", "some", "none, as its flags say");
    }
    if (!inode.isUnsealed() && unsealed) {
      wrong.tell("checksums", "not all", "one for each sector");
    }
    if (sealedUnwritten) {
      wrong.tell("checksums", "of what was never written", "none");
    }
  }
}
