package cairn.volume;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.linux.AlignedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Ranges of a volume, read into memory outside the heap while it stood still, to be worked on when
/// it does not any more. Filled by one thread, then read by any.
public final class HeldBlocks implements BlockReader {
  private final Volume volume;
  private final long bytesMax;
  private final Arena arena = Arena.ofShared();
  private final TreeMap<Long, MemorySegment> ranges = new TreeMap<>();
  private long bytesHeld;

  /// @param bytesMax how much it may take
  public HeldBlocks(Volume volume, long bytesMax) {
    this.volume = volume;
    this.bytesMax = bytesMax;
  }

  /// Reads a range.
  ///
  /// @return false when there is no room for it
  public boolean hold(long offset, long length) throws IOException {
    if (length > bytesMax - bytesHeld) {
      return false;
    }
    MemorySegment memory = AlignedMemory.allocate(arena, length);
    volume.read(offset, memory);
    ranges.put(offset, memory);
    bytesHeld += length;
    return true;
  }

  public long bytesHeld() {
    return bytesHeld;
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
  public List<Extent> extents(long offset, long length) {
    return List.of(new Extent(offset, length, Extent.State.DATA));
  }

  /// @throws IllegalArgumentException when the range is not within one that is held
  @Override
  public void read(long offset, byte[] target, int from, int length) {
    Map.Entry<Long, MemorySegment> range = ranges.floorEntry(offset);
    if (range == null || offset + length > range.getKey() + range.getValue().byteSize()) {
      throw new IllegalArgumentException(length + " bytes at " + offset + " are not held");
    }
    MemorySegment source = range.getValue().asSlice(offset - range.getKey(), length);
    MemorySegment.copy(source, 0, MemorySegment.ofArray(target), from, length);
  }

  @Override
  public void close() {
    arena.close();
  }
}
