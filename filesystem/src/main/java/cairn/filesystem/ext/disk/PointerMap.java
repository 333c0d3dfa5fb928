package cairn.filesystem.ext.disk;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// The map of ext2 and ext3: 12 numbers of blocks, and three of blocks of numbers, which lead there
/// over one, two and three steps. Keeps the last way down.
final class PointerMap implements BlockMap {
  /// How many of the numbers lead to blocks of the file.
  static final int DIRECT = 12;

  private static final int STEPS = 3;

  private final Inode inode;
  private final Blocks blocks;
  private final long perBlock;
  private final Fields[] nodes = new Fields[STEPS + 1];
  private final long[] places = new long[STEPS + 1];

  PointerMap(Inode inode, Blocks blocks) {
    this.inode = inode;
    this.blocks = blocks;
    this.perBlock = blocks.superblock().blockBytes() / Integer.BYTES;
  }

  @Override
  public synchronized Run find(long logical) throws IOException, CorruptData {
    if (logical < DIRECT) {
      return direct((int) logical);
    }
    long first = DIRECT;
    long covered = 1;
    for (int steps = 1; steps <= STEPS; steps++) {
      covered *= perBlock;
      if (logical - first < covered) {
        return indirect(steps, first, covered, logical);
      }
      first += covered;
    }
    return new Run(first, ExtentNode.LOGICAL_END - first, 0);
  }

  private Run direct(int logical) throws CorruptData {
    long place = inode.slot(logical);
    int end = logical + 1;
    while (end < DIRECT && follows(place, inode.slot(end), end - logical)) {
      end++;
    }
    return run(logical, end - logical, place);
  }

  private Run indirect(int steps, long start, long all, long logical)
      throws IOException, CorruptData {
    long first = start;
    long covered = all;
    long place = inode.slot(DIRECT + steps - 1);
    for (int step = steps; step > 0; step--) {
      if (place == 0) {
        return new Run(first, covered, 0);
      }
      Fields node = node(step, place);
      covered /= perBlock;
      int index = (int) ((logical - first) / covered);
      first += index * covered;
      place = node.u32(index * Integer.BYTES);
      if (step == 1) {
        return last(node, index, logical);
      }
    }
    throw new IllegalStateException("a map without steps");
  }

  private Run last(Fields node, int index, long logical) throws CorruptData {
    long place = node.u32(index * Integer.BYTES);
    int end = index + 1;
    while (end < perBlock && follows(place, node.u32(end * Integer.BYTES), end - index)) {
      end++;
    }
    return run(logical, end - index, place);
  }

  private static boolean follows(long place, long next, int distance) {
    return place == 0 ? next == 0 : next == place + distance;
  }

  private Run run(long logical, int length, long place) throws CorruptData {
    if (place != 0) {
      blocks.check(place, length, inode.subject());
    }
    return new Run(logical, length, place);
  }

  private Fields node(int step, long place) throws IOException, CorruptData {
    Fields known = nodes[step];
    if (known != null && places[step] == place) {
      return known;
    }
    Subject subject =
        Subject.of("indirect block", Long.toString(inode.number())).at(Long.toString(place));
    Fields node = Fields.littleEndian(blocks.read(place, subject));
    nodes[step] = node;
    places[step] = place;
    return node;
  }
}
