package cairn.filesystem.ext.journal;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.filesystem.ext.disk.Blocks;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A volume of which some blocks are to be found elsewhere on it: in its journal. Closing it closes
/// nothing.
final class Overlay implements BlockReader {
  /// Blocks are fewer than 2^53.
  private static final long ESCAPED = Long.MIN_VALUE;

  private final BlockReader volume;
  private final int blockBytes;
  private final long[] targets;
  private final long[] sources;

  private Overlay(Blocks blocks, Map<Long, Long> places) {
    this.volume = blocks.volume();
    this.blockBytes = blocks.superblock().blockBytes();
    this.targets = places.keySet().stream().mapToLong(Long::longValue).toArray();
    this.sources = places.values().stream().mapToLong(Long::longValue).toArray();
  }

  /// Is told the blocks in the order of the log: the last of a block counts.
  static final class Builder {
    private final Blocks blocks;
    private final Map<Long, Long> places = new TreeMap<>();

    Builder(Blocks blocks) {
      this.blocks = blocks;
    }

    void put(long target, long source, boolean escaped) {
      places.put(target, escaped ? source | ESCAPED : source);
    }

    Overlay build() {
      return new Overlay(blocks, places);
    }
  }

  @Override
  public long size() {
    return volume.size();
  }

  @Override
  public int blockSize() {
    return volume.blockSize();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    int index = firstFrom(offset / blockBytes);
    boolean touched = index < targets.length && targets[index] * blockBytes < offset + length;
    return touched && length > 0
        ? List.of(new Extent(offset, length, Extent.State.DATA))
        : volume.extents(offset, length);
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    long end = offset + length;
    volume.read(offset, target, from, length);
    int index = firstFrom(offset / blockBytes);
    while (index < targets.length && targets[index] * blockBytes < end) {
      long start = Math.max(offset, targets[index] * blockBytes);
      long stop = Math.min(end, (targets[index] + 1) * blockBytes);
      int skip = (int) (start - targets[index] * blockBytes);
      read(sources[index], skip, target, from + (int) (start - offset), (int) (stop - start));
      index++;
    }
  }

  private void read(long source, int skip, byte[] target, int from, int length) throws IOException {
    long place = (source & ~ESCAPED) * blockBytes;
    volume.read(place + skip, target, from, length);
    if ((source & ESCAPED) != 0) {
      for (int at = skip; at < Math.min(Integer.BYTES, skip + length); at++) {
        target[from + at - skip] = (byte) (JournalSuperblock.MAGIC >>> (24 - 8 * at));
      }
    }
  }

  private int firstFrom(long block) {
    int found = Arrays.binarySearch(targets, block);
    return found < 0 ? -found - 1 : found;
  }

  @Override
  public void close() {}
}
