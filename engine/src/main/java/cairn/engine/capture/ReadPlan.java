package cairn.engine.capture;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.repository.tree.VolumeTree;
import java.io.IOException;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Which blocks of a volume to read. Holes are a hint that kernels have got wrong more than once,
/// so of every hole some blocks are read all the same: its first and last, one at random where it
/// begins or ends and in about each 16,384 between, and every one where the parent has data. What
/// is read there must be zeros.
final class ReadPlan implements Intake.Blocks {
  private static final int WINDOW_BLOCKS = 1024;

  /// Of so many windows deep within a hole one is sampled: 10 TiB of nothing take seconds.
  private static final int WINDOWS_PER_SAMPLE = 16;

  private final BlockReader volume;
  private final VolumeTree parent;
  private final int blockBytes;
  private final RandomGenerator chance;
  private final boolean trustHoles;
  private final long blockCount;
  private boolean withinHole;

  ReadPlan(Source source, boolean trustHoles, RandomGenerator chance) {
    this.volume = source.volume();
    this.parent = source.parent();
    this.blockBytes = source.blockBytes();
    this.trustHoles = trustHoles;
    this.blockCount = source.blockCount();
    this.chance = chance;
  }

  @Override
  public void visit(Intake.Visitor visitor) throws IOException, CorruptData {
    for (long first = 0; first < blockCount; first += WINDOW_BLOCKS) {
      int count = (int) Math.min(WINDOW_BLOCKS, blockCount - first);
      BitSet data = dataBlocks(first, count);
      BitSet read = (BitSet) data.clone();
      addSamples(read, data, first, count);
      if (first + count == blockCount && !data.get(count - 1)) {
        read.set(count - 1);
      }
      if (withinHole && data.get(0)) {
        visitor.read(first - 1, 1, true); // where the hole ended
      }
      visitRuns(visitor, first, count, new Marks(data, read));
      withinHole = !data.get(count - 1);
    }
  }

  private record Marks(BitSet data, BitSet read) {}

  private BitSet dataBlocks(long first, int count) throws IOException {
    BitSet data = new BitSet(count);
    if (!trustHoles) {
      data.set(0, count);
      return data;
    }
    long from = first * blockBytes;
    long length = Math.min((long) count * blockBytes, volume.size() - from);
    for (Extent extent : extents(from, length)) {
      if (extent.state() == Extent.State.DATA) {
        int begin = (int) ((extent.offset() - from) / blockBytes);
        int end = (int) ((extent.end() - from + blockBytes - 1) / blockBytes);
        data.set(begin, end);
      }
    }
    return data;
  }

  private Iterable<Extent> extents(long from, long length) throws IOException {
    try {
      return volume.extents(from, length);
    } catch (IOException e) {
      throw new SourceFailed(e);
    }
  }

  private void addSamples(BitSet read, BitSet data, int count) {
    for (int from = data.nextClearBit(0); from < count; ) {
      int next = data.nextSetBit(from);
      int end = next < 0 ? count : next;
      if (from > 0 || !withinHole) {
        read.set(from);
      }
      if (end < count) {
        read.set(end - 1);
      }
      boolean deepWithin = from == 0 && withinHole && end == count;
      if (!deepWithin || chance.nextInt(WINDOWS_PER_SAMPLE) == 0) {
        read.set(chance.nextInt(from, end));
      }
      from = data.nextClearBit(end);
    }
  }

  private void addSamples(BitSet read, BitSet data, long first, int count) {
    addSamples(read, data, count);
    if (data.cardinality() == count || first >= parent.blockCount()) {
      return;
    }
    int shared = (int) Math.min(count, parent.blockCount() - first);
    try {
      @Nullable ChunkId[] before = parent.chunks(first, shared);
      for (int slot = 0; slot < shared; slot++) {
        if (before[slot] != null) {
          read.set(slot);
        }
      }
    } catch (CorruptData | IOException e) {
      read.set(0, count); // which costs time but no safety
    }
  }

  private void visitRuns(Intake.Visitor visitor, long first, int count, Marks marks)
      throws IOException, CorruptData {
    int max = Batch.blocks(blockBytes);
    int slot = 0;
    while (slot < count) {
      if (!marks.read.get(slot)) {
        visitor.skip(blockBytes);
        slot++;
        continue;
      }
      boolean hole = !marks.data.get(slot);
      int end = slot + 1;
      while (end < count
          && end - slot < max
          && marks.read.get(end)
          && marks.data.get(end) != hole) {
        end++;
      }
      visitor.read(first + slot, end - slot, hole);
      slot = end;
    }
  }
}
