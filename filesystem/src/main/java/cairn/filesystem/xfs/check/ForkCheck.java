package cairn.filesystem.xfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.xfs.layout.XfsExtent;
import cairn.filesystem.xfs.layout.XfsFork;
import cairn.filesystem.xfs.layout.XfsInode;
import cairn.filesystem.xfs.layout.XfsMap;
import cairn.filesystem.xfs.layout.XfsReverse;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import java.io.IOException;

/// Takes the blocks of a fork, and maps those that nobody else has.
final class ForkCheck implements XfsFork.Visitor {
  private final XfsSource source;
  private final Ledger ledger;
  private final Report report;
  private final XfsFork fork;
  private final XfsMap map = new XfsMap();
  private boolean content;
  private long blocks;
  private boolean pending;

  ForkCheck(XfsSource source, Ledger ledger, Report report, XfsFork fork) {
    this.source = source;
    this.ledger = ledger;
    this.report = report;
    this.fork = fork;
  }

  /// @param newContent whether it holds the content of a file, which may share blocks and is not
  ///   mapped
  void check(boolean newContent) throws IOException {
    content = newContent;
    boolean realtime = (fork.inode().flags() & XfsInode.REALTIME) != 0;
    if (realtime && fork.use() == XfsFork.Use.DATA) {
      report.blocksHidden();
      blocks = fork.inode().blocks();
      return;
    }
    try {
      fork.visit(source, this);
    } catch (CorruptData e) {
      problem(e);
    }
  }

  /// All of its blocks, with those of its tree.
  long blocks() {
    return blocks;
  }

  /// What it maps, unless it holds content.
  XfsMap map() {
    return map;
  }

  /// Whether a part of it may not have been written back.
  boolean isPending() {
    return pending;
  }

  @Override
  public boolean treeBlock(long block) {
    blocks++;
    long flags = flags() | XfsReverse.TREE;
    return own(block, 1, flags, fork.inode().subject()) && !pending;
  }

  @Override
  public void extent(XfsExtent extent, Subject subject) {
    blocks += extent.count();
    long flags = flags() | (extent.unwritten() ? XfsReverse.UNWRITTEN : 0);
    if (!content) {
      if (extent.unwritten()) {
        report.problem(subject, "extent at " + extent.offset(), "never written", "written");
      }
      if (own(extent.block(), extent.count(), flags | extent.offset(), subject)) {
        map.add(extent);
      }
      return;
    }
    XfsSuperblock superblock = source.superblock();
    XfsReverse owner =
        new XfsReverse(
            superblock.inGroup(extent.block()),
            extent.count(),
            fork.inode().number(),
            flags | extent.offset());
    ledger.content(superblock.group(extent.block()), owner, subject);
  }

  private boolean own(long block, long count, long offset, Subject subject) {
    XfsSuperblock superblock = source.superblock();
    XfsReverse owner =
        new XfsReverse(superblock.inGroup(block), count, fork.inode().number(), offset);
    pending |= !content && ledger.isPending(superblock.group(block), owner);
    pending |= ledger.isPending(superblock.group(block), owner) && (offset & XfsReverse.TREE) != 0;
    return ledger.own(superblock.group(block), owner, subject);
  }

  private long flags() {
    return fork.use() == XfsFork.Use.ATTRIBUTES ? XfsReverse.ATTRIBUTES : 0;
  }

  @Override
  public void problem(CorruptData problem) {
    report.problem(problem);
    report.blocksHidden();
  }
}
