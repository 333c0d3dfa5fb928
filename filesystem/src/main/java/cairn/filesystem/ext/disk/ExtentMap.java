package cairn.filesystem.ext.disk;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.ExtentNode.Span;
import java.io.IOException;

/// A tree of extents. Keeps the last way down, because the next question is about what comes next.
final class ExtentMap implements BlockMap {
  private final Inode inode;
  private final Blocks blocks;
  private final int seed;
  private final ExtentNode[] nodes = new ExtentNode[ExtentNode.DEPTH_MAX + 1];
  private final long[] places = new long[ExtentNode.DEPTH_MAX + 1];

  ExtentMap(Inode inode, Blocks blocks) throws CorruptData {
    this.inode = inode;
    this.blocks = blocks;
    this.seed = inode.checksumSeed();
    this.nodes[0] = ExtentNode.root(inode);
    nodes[0].checkHeader(inode.subject(), -1);
    nodes[0].checkEntries(Span.ALL, inode.subject(), blocks.superblock());
  }

  @Override
  public synchronized Run find(long logical) throws IOException, CorruptData {
    ExtentNode node = nodes[0];
    Span span = Span.ALL;
    int level = 0;
    while (!node.isLeaf()) {
      int index = node.find(logical);
      if (index < 0) {
        return hole(span.from(), node.logical(0));
      }
      span = node.below(index, span);
      node = below(++level, node, index, span);
    }
    return within(node, logical, span);
  }

  private static Run within(ExtentNode leaf, long logical, Span span) {
    int index = leaf.find(logical);
    long end = index + 1 < leaf.entries() ? leaf.logical(index + 1) : span.to();
    if (index < 0) {
      return hole(span.from(), end);
    }
    long first = leaf.logical(index);
    int length = leaf.length(index);
    if (logical >= first + length) {
      return hole(first + length, end);
    }
    return new Run(first, length, leaf.isWritten(index) ? leaf.physical(index) : 0);
  }

  private static Run hole(long from, long to) {
    return new Run(from, to - from, 0);
  }

  private ExtentNode below(int level, ExtentNode above, int index, Span span)
      throws IOException, CorruptData {
    long place = above.physical(index);
    ExtentNode known = nodes[level];
    if (places[level] == place && known != null && known.logical(0) >= span.from()) {
      return known;
    }
    Subject subject =
        Subject.of("extent node", Long.toString(inode.number())).at(Long.toString(place));
    ExtentNode node = ExtentNode.of(blocks.read(place, subject));
    node.checkHeader(subject, above.depth() - 1);
    if (blocks.superblock().hasChecksums()) {
      node.checkSeal(subject, seed);
    }
    node.checkEntries(span, subject, blocks.superblock());
    nodes[level] = node;
    places[level] = place;
    return node;
  }
}
