package cairn.filesystem.xfs.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.layout.BlockSet;
import cairn.filesystem.xfs.layout.XfsPending;
import cairn.filesystem.xfs.layout.XfsReverse;
import cairn.filesystem.xfs.layout.XfsSuperblock;

/// Who has which block. Each belongs to the free space, to one structure, or to the content of a
/// file; only blocks of content that are told to be shared may belong to several files.
final class Ledger {
  private static final long SHARED_KIND = 0x5348_4152_4544L;

  private final XfsSuperblock superblock;
  private final XfsPending pending;
  private final Report report;
  private final BlockSet free;
  private final BlockSet owned;
  private final BlockSet content;
  private final BlockSet shared;
  private final long[] used;
  private final long[] reverse;
  private long sharedUsed;
  private long sharedTold;

  /// @param pending what need not be as it is to be
  Ledger(XfsSuperblock superblock, XfsPending pending, Report report) {
    this.pending = pending;
    this.superblock = superblock;
    this.report = report;
    this.free = new BlockSet(superblock.blocks());
    this.owned = new BlockSet(superblock.blocks());
    this.content = new BlockSet(superblock.blocks());
    this.shared = new BlockSet(superblock.blocks());
    this.used = new long[(int) superblock.groups()];
    this.reverse = new long[(int) superblock.groups()];
  }

  /// Blocks of a group that are told to be free.
  void free(long group, long block, long count, Subject subject) {
    long first = linear(group, block);
    if (free.add(first, first + count) != count
        || owned.meets(first, first + count)
        || content.meets(first, first + count)) {
      report.problem(subject, "free blocks", block + "+" + count, "not in use");
    }
  }

  /// Blocks that are told to belong to several files so many times.
  void shared(long group, long block, long count, long references, Subject subject) {
    long first = linear(group, block);
    if (shared.add(first, first + count) != count) {
      report.problem(subject, "shared blocks", block + "+" + count, "told once");
    }
    sharedTold += references * Sums.of(SHARED_KIND, first, count);
  }

  /// What the reverse map tells of a group.
  void reverse(long group, XfsReverse told) {
    reverse[(int) group] += Sums.of(told);
  }

  /// Takes blocks for a structure alone.
  ///
  /// @param extent blocks of the group and who has them
  /// @return whether nobody else has them, so that they may be read
  boolean own(long group, XfsReverse extent, Subject subject) {
    long first = linear(group, extent.block());
    long end = first + extent.count();
    used[(int) group] += Sums.of(extent);
    boolean alone =
        owned.add(first, end) == extent.count()
            && (!report.isSettled() || (!free.meets(first, end) && !content.meets(first, end)));
    if (!alone) {
      report.problem(subject, "blocks", extent.block() + "+" + extent.count(), "its own");
    }
    return alone;
  }

  /// Takes a block of a tree.
  ///
  /// @return whether it may be read
  boolean ownTree(long group, XfsReverse block, Subject subject) {
    return own(group, block, subject) && !isPending(group, block);
  }

  /// Whether changes of the sector at an offset, in bytes, may not have been written back.
  boolean isPending(long offset) {
    return pending.covers(offset, superblock.sectorBytes());
  }

  /// Whether changes of blocks of a group may not have been written back.
  boolean isPending(long group, XfsReverse extent) {
    long block = superblock.blockBytes();
    return pending.covers(linear(group, extent.block()) * block, extent.count() * block);
  }

  /// Takes blocks for the content of a file.
  void content(long group, XfsReverse extent, Subject subject) {
    long first = linear(group, extent.block());
    long end = first + extent.count();
    used[(int) group] += Sums.of(extent);
    if (owned.meets(first, end) || free.meets(first, end) || isTaken(first, end)) {
      report.problem(subject, "blocks", extent.block() + "+" + extent.count(), "its own");
    }
    content.add(first, end);
    if (!shared.meets(first, end)) {
      return;
    }
    for (long at = shared.nextIn(first); at < end; ) {
      long next = Math.min(end, shared.nextOut(at));
      sharedUsed += Sums.of(SHARED_KIND, at, next - at);
      at = shared.nextIn(next);
    }
  }

  /// Whether blocks that are not told to be shared belong to another file already.
  private boolean isTaken(long first, long end) {
    if (!content.meets(first, end)) {
      return false;
    }
    for (long at = content.nextIn(first); at < end; ) {
      long next = Math.min(end, content.nextOut(at));
      if (shared.nextOut(at) < next) {
        return true;
      }
      at = content.nextIn(next);
    }
    return false;
  }

  /// What can only be said when every owner is known.
  void conclude() {
    long blocks = superblock.blocks();
    for (long at = 0; at < blocks; ) {
      long end = Math.min(free.nextOut(at), blocks);
      end = Math.max(end, Math.min(owned.nextOut(at), blocks));
      end = Math.max(end, Math.min(content.nextOut(at), blocks));
      if (end == at) {
        end = Math.min(free.nextIn(at), Math.min(owned.nextIn(at), content.nextIn(at)));
        long group = at / superblock.groupBlocks();
        Subject subject = Subject.of("group", Long.toString(group));
        report.problem(
            subject, "blocks", at % superblock.groupBlocks() + "+" + (end - at), "free or in use");
      }
      at = end;
    }
    if (sharedUsed != sharedTold) {
      report.problem(
          Subject.of("shared tree", "xfs"), "references", "others", "those that files have");
    }
    if (superblock.hasReverseMap()) {
      concludeReverse();
    }
  }

  private void concludeReverse() {
    for (int group = 0; group < used.length; group++) {
      if (used[group] != reverse[group]) {
        Subject subject = Subject.of("reverse map", Integer.toString(group));
        report.problem(subject, "owners", "others", "those that were found");
      }
    }
  }

  private long linear(long group, long block) {
    return group * superblock.groupBlocks() + block;
  }
}
