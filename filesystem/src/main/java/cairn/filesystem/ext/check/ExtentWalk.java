package cairn.filesystem.ext.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.ExtentNode;
import cairn.filesystem.ext.disk.ExtentNode.Span;
import cairn.filesystem.ext.disk.Inode;
import java.io.IOException;

/// Walks the tree of extents of an inode. A block that somebody else has is not gone into, so that
/// no walk is longer than the volume.
final class ExtentWalk {
  private final Scene scene;
  private final ExtSuperblock superblock;
  private final FileUse use;
  private final Inode inode;
  private final long fileEnd;

  ExtentWalk(Scene scene, FileUse use) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.use = use;
    this.inode = use.inode();
    this.fileEnd = Math.ceilDiv(inode.size(), (long) superblock.blockBytes());
  }

  void run() throws IOException {
    ExtentNode root = ExtentNode.root(inode);
    Subject subject = inode.subject();
    if (check(() -> root.checkHeader(subject, -1))) {
      visit(root, Span.ALL, subject, false);
    }
  }

  private void visit(ExtentNode node, Span span, Subject subject, boolean below)
      throws IOException {
    long from = span.from();
    for (int index = 0; index < node.entries(); index++) {
      int slot = index;
      Span left = new Span(from, span.to());
      if (!check(() -> node.checkEntry(slot, left, subject, superblock))) {
        continue;
      }
      from = node.logical(index) + (node.isLeaf() ? node.length(index) : 1);
      if (node.isLeaf()) {
        claim(node, index, below, subject);
      } else {
        descend(node, index, node.below(index, span));
      }
    }
  }

  private void claim(ExtentNode leaf, int index, boolean below, Subject subject) {
    long logical = leaf.logical(index);
    int length = leaf.length(index);
    boolean written = leaf.isWritten(index);
    boolean beyond = below && written && logical + length > fileEnd;
    if (beyond && !inode.has(Inode.FLAG_VERITY) && !scene.orphans().contains(inode.number())) {
      use.damaged();
      scene.report().wrong(subject.slot(index), "end", logical + length, "0.." + fileEnd);
    }
    use.claim(logical, leaf.physical(index), length, written);
  }

  private void descend(ExtentNode above, int index, Span span) throws IOException {
    long place = above.physical(index);
    if (!use.claimNode(place)) {
      return;
    }
    Subject subject =
        Subject.of("extent node", Long.toString(inode.number()))
            .at(Long.toString(place * superblock.blockBytes()));
    byte[] block = new byte[superblock.blockBytes()];
    scene.blocks().fill(place, block, 1);
    ExtentNode node = ExtentNode.of(block);
    if (check(() -> checkNode(node, above.depth() - 1, span.from(), subject))) {
      visit(node, span, subject, true);
    }
  }

  private void checkNode(ExtentNode node, int depth, long first, Subject subject)
      throws CorruptData {
    node.checkHeader(subject, depth);
    if (superblock.hasChecksums()) {
      node.checkSeal(subject, inode.checksumSeed());
    }
    subject.check(node.entries() > 0, "entries", 0, "1 or more");
    subject.checkEqual(node.logical(0), first, "first logical block");
  }

  private boolean check(Report.Attempt attempt) throws IOException {
    boolean good = scene.report().good(attempt);
    if (!good) {
      use.damaged();
    }
    return good;
  }
}
