package cairn.filesystem.xfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.xfs.layout.XfsFreeList;
import cairn.filesystem.xfs.layout.XfsGroup;
import cairn.filesystem.xfs.layout.XfsReverse;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import cairn.filesystem.xfs.layout.XfsTree;
import cairn.filesystem.xfs.layout.XfsTreeKind;
import java.io.IOException;

/// Checks the space of a group: its header, the blocks set aside, the trees of free extents against
/// each other, the reverse map and the tree of shared extents.
final class GroupCheck {
  /// In the tree of shared extents: set aside for a write, with bit 31.
  private static final long STAGED = 1L << 31;

  private final XfsSource source;
  private final Ledger ledger;
  private final Report report;
  private final long number;

  GroupCheck(XfsSource source, Ledger ledger, Report report, long number) {
    this.source = source;
    this.ledger = ledger;
    this.report = report;
    this.number = number;
  }

  /// @return the blocks that count as free, or -1 when that is not known
  long check() throws IOException {
    XfsSuperblock superblock = source.superblock();
    own(0, superblock.headerBlocks(), XfsReverse.HEADERS, subject());
    if (ledger.isPending(superblock.groupOffset(number) + superblock.sectorBytes())) {
      return -1;
    }
    try {
      return check(XfsGroup.read(source, number));
    } catch (CorruptData e) {
      report.problem(e);
      report.blocksHidden();
      return -1;
    }
  }

  private long check(XfsGroup group) throws IOException {
    checkAside(group);
    Free byPlace = new Free(XfsTreeKind.FREE_BY_PLACE);
    long trees = byPlace.walk(group);
    Free byLength = new Free(XfsTreeKind.FREE_BY_LENGTH);
    trees += byLength.walk(group);
    Subject subject = subject();
    equal(group.freeBlocks(), byPlace.blocks, "free blocks", subject);
    equal(group.longestFree(), byPlace.longest, "longest free extent", subject);
    if (byPlace.sum != byLength.sum) {
      report.problem(
          Subject.of(XfsTreeKind.FREE_BY_LENGTH.title(), Long.toString(number)),
          "extents",
          byLength.blocks + " blocks",
          "those of the other free tree");
    }
    if (source.superblock().hasReverseMap()) {
      trees += checkReverse(group);
    }
    if (source.superblock().hasSharing()) {
      Shared shared = new Shared();
      equal(group.sharedTreeBlocks(), shared.walk(group), "blocks of the shared tree", subject);
    }
    boolean lazy = source.superblock().hasLazyCounts();
    if (lazy) {
      equal(group.treeBlocks(), trees, "blocks of trees", subject);
    }
    return byPlace.blocks + group.aside() + (lazy ? trees : 0);
  }

  private void checkAside(XfsGroup group) throws IOException {
    XfsSuperblock superblock = source.superblock();
    if (ledger.isPending(superblock.groupOffset(number) + 3L * superblock.sectorBytes())) {
      return;
    }
    try {
      Subject subject = Subject.of("free list", Long.toString(number));
      XfsFreeList.visit(
          source, group, block -> own(block, 1, XfsReverse.GROUP, subject.at("" + block)));
    } catch (CorruptData e) {
      report.problem(e);
      report.blocksHidden();
    }
  }

  /// @return its blocks without the root
  private long checkReverse(XfsGroup group) throws IOException {
    Reverse reverse = new Reverse();
    long blocks = reverse.walk(group);
    equal(group.reverseBlocks(), blocks, "blocks of the reverse map", subject());
    return blocks - 1;
  }

  /// Walks a tree and goes on after problems.
  private abstract class Walk implements XfsTree.Visitor {
    private final XfsTreeKind kind;
    private final long owner;
    private long treeBlocks;

    Walk(XfsTreeKind kind, long owner) {
      this.kind = kind;
      this.owner = owner;
    }

    /// @return how many blocks it has
    long walk(XfsGroup group) throws IOException {
      try {
        new XfsTree(source, kind, number, this).visit(group.root(kind), group.levels(kind));
      } catch (CorruptData e) {
        problem(e);
      }
      return treeBlocks;
    }

    @Override
    public boolean block(long block) {
      treeBlocks++;
      Subject subject = Subject.of(kind.title(), Long.toString(number)).at(Long.toString(block));
      return ledger.ownTree(number, new XfsReverse(block, 1, owner, 0), subject);
    }

    @Override
    public void records(Fields leaf, int from, int count, Subject subject) throws CorruptData {
      for (int slot = 0; slot < count; slot++) {
        try {
          record(leaf, from + slot * kind.recordBytes(), subject, slot);
        } catch (CorruptData e) {
          report.problem(e);
        }
      }
    }

    abstract void record(Fields leaf, int at, Subject subject, int slot) throws CorruptData;

    @Override
    public void problem(CorruptData problem) {
      report.problem(problem);
      report.blocksHidden();
    }

    /// Whether blocks are there.
    boolean fits(long block, long count) {
      long most = source.superblock().groupBlocks(number);
      return block > 0 && count > 0 && block < most && count <= most - block;
    }
  }

  private final class Free extends Walk {
    private final boolean byPlace;
    private long blocks;
    private long longest;
    private long sum;
    private long end;
    private long last;

    Free(XfsTreeKind kind) {
      super(kind, XfsReverse.GROUP);
      this.byPlace = kind == XfsTreeKind.FREE_BY_PLACE;
    }

    /// @return its blocks without the root
    @Override
    long walk(XfsGroup group) throws IOException {
      return super.walk(group) - 1;
    }

    @Override
    void record(Fields leaf, int at, Subject subject, int slot) throws CorruptData {
      long block = leaf.u32(at);
      long count = leaf.u32(at + 4);
      boolean ordered =
          byPlace ? block >= end : Long.compareUnsigned(count << 32 | block, last) > 0;
      if (!ordered || !fits(block, count)) {
        throw subject.slot(slot).corrupt("extent", block + "+" + count, "in order");
      }
      end = block + count;
      last = count << 32 | block;
      blocks += count;
      longest = Math.max(longest, count);
      sum += Sums.mix(last);
      if (byPlace) {
        ledger.free(number, block, count, subject);
      }
    }
  }

  private final class Reverse extends Walk {
    private XfsReverse last = new XfsReverse(0, 0, 0, 0);

    Reverse() {
      super(XfsTreeKind.REVERSE, XfsReverse.GROUP);
    }

    @Override
    void record(Fields leaf, int at, Subject subject, int slot) throws CorruptData {
      XfsReverse told = XfsReverse.read(leaf, at);
      boolean header = told.block() == 0 && told.owner() == XfsReverse.HEADERS;
      boolean fits = header || fits(told.block(), told.count());
      if (!fits || told.compareTo(last) < 0) {
        throw subject.slot(slot).corrupt("extent", told.toString(), "in order");
      }
      last = told;
      ledger.reverse(number, told);
    }
  }

  private final class Shared extends Walk {
    private long end;

    Shared() {
      super(XfsTreeKind.SHARED, XfsReverse.SHARED_TREE);
    }

    @Override
    void record(Fields leaf, int at, Subject subject, int slot) throws CorruptData {
      long start = leaf.u32(at);
      long count = leaf.u32(at + 4);
      long references = leaf.u32(at + 8);
      boolean staged = start >= STAGED;
      long block = start & STAGED - 1;
      boolean counted = staged ? references == 1 : references > 1;
      if (start < end || !fits(block, count) || !counted) {
        throw subject
            .slot(slot)
            .corrupt("extent", start + "+" + count + " by " + references, "in order");
      }
      end = start + count;
      if (staged) {
        own(block, count, XfsReverse.STAGING, subject);
      } else {
        ledger.shared(number, block, count, references, subject);
      }
    }
  }

  private boolean own(long block, long count, long owner, Subject subject) {
    return ledger.own(number, new XfsReverse(block, count, owner, 0), subject);
  }

  private void equal(long have, long expect, String field, Subject subject) {
    if (have != expect) {
      report.problem(subject, field, have, expect);
    }
  }

  private Subject subject() {
    return Subject.of("group header", Long.toString(number));
  }
}
