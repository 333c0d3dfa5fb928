package cairn.filesystem.xfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.xfs.check.Inodes.Chunk;
import cairn.filesystem.xfs.layout.XfsInodeChunk;
import cairn.filesystem.xfs.layout.XfsInodeHeader;
import cairn.filesystem.xfs.layout.XfsReverse;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import cairn.filesystem.xfs.layout.XfsTree;
import cairn.filesystem.xfs.layout.XfsTreeKind;
import java.io.IOException;

/// Checks the header of the inodes of a group and its trees, and notes which inodes there are.
final class InodeTreesCheck {
  private final XfsSource source;
  private final Ledger ledger;
  private final Inodes inodes;
  private final Report report;
  private final long number;

  /// @param number of the group
  InodeTreesCheck(XfsSource source, Ledger ledger, Inodes inodes, Report report, long number) {
    this.source = source;
    this.ledger = ledger;
    this.inodes = inodes;
    this.report = report;
    this.number = number;
  }

  /// @throws CorruptData when the header is damaged
  XfsInodeHeader check() throws IOException, CorruptData {
    XfsInodeHeader header = XfsInodeHeader.read(source, number);
    Existing existing = new Existing();
    existing.walk(header);
    Subject subject = Subject.of("inode header", Long.toString(number));
    equal(header.inodes(), existing.inodes, "inodes", subject);
    equal(header.freeInodes(), existing.freeInodes, "free inodes", subject);
    boolean counted = source.superblock().hasInodeBlockCounts();
    if (counted) {
      equal(
          header.treeBlocks(XfsTreeKind.INODES),
          existing.treeBlocks(),
          "blocks of the tree",
          subject);
    }
    if (source.superblock().hasFreeInodeTree()) {
      WithFree withFree = new WithFree();
      withFree.walk(header);
      Subject tree = Subject.of(XfsTreeKind.FREE_INODES.title(), Long.toString(number));
      equal(withFree.chunks, existing.chunksWithFree, "chunks", tree);
      if (counted) {
        equal(
            header.treeBlocks(XfsTreeKind.FREE_INODES),
            withFree.treeBlocks(),
            "blocks of the free tree",
            subject);
      }
    }
    return header;
  }

  private void equal(long have, long expect, String field, Subject subject) {
    if (have != expect) {
      report.problem(subject, field, have, expect);
    }
  }

  /// Walks a tree and goes on after problems.
  private abstract class Walk implements XfsTree.Visitor {
    private final XfsTreeKind kind;
    private long end;

    /// Of the tree.
    private long blocks;

    Walk(XfsTreeKind kind) {
      this.kind = kind;
    }

    long treeBlocks() {
      return blocks;
    }

    void walk(XfsInodeHeader header) throws IOException {
      try {
        new XfsTree(source, kind, number, this).visit(header.root(kind), header.levels(kind));
      } catch (CorruptData e) {
        problem(e);
      }
    }

    @Override
    public boolean block(long block) {
      blocks++;
      Subject subject = Subject.of(kind.title(), Long.toString(number)).at(Long.toString(block));
      return ledger.own(number, new XfsReverse(block, 1, XfsReverse.INODE_TREES, 0), subject);
    }

    @Override
    public void records(Fields leaf, int from, int count, Subject subject) {
      for (int slot = 0; slot < count; slot++) {
        try {
          XfsInodeChunk chunk =
              XfsInodeChunk.read(leaf, from + slot * kind.recordBytes(), source.superblock());
          check(chunk, subject, slot);
          end = chunk.first() + XfsInodeChunk.INODES;
          chunk(chunk, subject.slot(slot));
        } catch (CorruptData e) {
          problem(e);
        }
      }
    }

    private void check(XfsInodeChunk chunk, Subject subject, int slot) throws CorruptData {
      XfsSuperblock superblock = source.superblock();
      Subject record = subject.slot(slot);
      int unit = Math.min(superblock.inodesPerBlock(), XfsInodeChunk.INODES);
      long last = chunk.first() + 63 - Long.numberOfLeadingZeros(chunk.existing() | 1);
      boolean placed =
          chunk.first() >= end
              && chunk.first() % unit == 0
              && chunk.existing() != 0
              && superblock.isInode(number, chunk.first())
              && superblock.isInode(number, last);
      record.check(placed, "first inode", chunk.first(), "in order and within the group");
      int missing = XfsInodeChunk.INODES - Long.bitCount(chunk.existing());
      record.checkEqual(chunk.count(), XfsInodeChunk.INODES - missing, "inodes");
      record.checkEqual(chunk.free() | chunk.existing(), -1, "free inodes of holes");
      record.checkEqual(chunk.freeCount(), Long.bitCount(chunk.free()) - missing, "free inodes");
    }

    abstract void chunk(XfsInodeChunk chunk, Subject subject) throws CorruptData;

    @Override
    public void problem(CorruptData problem) {
      report.problem(problem);
      report.blocksHidden();
      report.namesHidden();
    }
  }

  private final class Existing extends Walk {
    private long inodes;
    private long freeInodes;
    private long chunksWithFree;

    Existing() {
      super(XfsTreeKind.INODES);
    }

    @Override
    void chunk(XfsInodeChunk chunk, Subject subject) {
      inodes += chunk.count();
      freeInodes += chunk.freeCount();
      chunksWithFree += chunk.freeCount() > 0 ? 1 : 0;
      if (own(chunk, subject)) {
        InodeTreesCheck.this.inodes.add(new Chunk(number, chunk));
      } else {
        report.namesHidden();
      }
    }

    /// Takes the blocks in which there are inodes of a chunk.
    private boolean own(XfsInodeChunk chunk, Subject subject) {
      int inBlock = source.superblock().inodesPerBlock();
      long first = chunk.first() / inBlock;
      if (inBlock >= XfsInodeChunk.INODES) {
        return chunk.first() % inBlock != 0 || own(first, 1, subject);
      }
      boolean alone = true;
      int blocks = XfsInodeChunk.INODES / inBlock;
      for (int block = 0; block < blocks; ) {
        int count = run(chunk, block, blocks, inBlock);
        if (count > 0) {
          alone &= own(first + block, count, subject);
        }
        block += Math.max(1, count);
      }
      return alone;
    }

    private static int run(XfsInodeChunk chunk, int from, int blocks, int inBlock) {
      int end = from;
      while (end < blocks && chunk.existing() >>> (end * inBlock) << 63 != 0) {
        end++;
      }
      return end - from;
    }

    private boolean own(long block, long count, Subject subject) {
      return ledger.own(number, new XfsReverse(block, count, XfsReverse.INODES, 0), subject);
    }
  }

  private final class WithFree extends Walk {
    private long chunks;

    WithFree() {
      super(XfsTreeKind.FREE_INODES);
    }

    @Override
    void chunk(XfsInodeChunk chunk, Subject subject) throws CorruptData {
      chunks++;
      Chunk known = inodes.chunk(number, chunk.first());
      boolean same = known != null && known.told().equals(chunk) && chunk.freeCount() > 0;
      if (!same) {
        report.problem(subject, "chunk", chunk.first(), "as in the inode tree, with free inodes");
      }
    }
  }
}
