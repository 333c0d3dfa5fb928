package cairn.volume;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.linux.AlignedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// Ranges of a volume, read into memory outside the heap while it stood still, to be worked on when
/// it does not any more. Filled once by one thread, then read by any.
public final class HeldBlocks implements BlockReader {
  private final Volume volume;
  private final Arena arena = Arena.ofShared();
  private final TreeMap<Long, MemorySegment> ranges = new TreeMap<>();
  private MemorySegment reserve;
  private long reserveUsed;

  /// A range of bytes.
  public record Range(long offset, long length) {}

  /// @param reserveBytes of memory that is at hand when it is needed, so that nothing has to be
  ///   found for it then
  public HeldBlocks(Volume volume, long reserveBytes) {
    this.volume = volume;
    this.reserve = AlignedMemory.allocate(arena, Math.max(1, reserveBytes));
  }

  /// Reads ranges that do not overlap, several at a time.
  ///
  /// @param threads how many of the readers to use
  public void hold(List<Range> wanted, ExecutorService readers, int threads) throws IOException {
    List<MemorySegment> targets = new ArrayList<>(wanted.size());
    for (Range range : wanted) {
      MemorySegment target = take(range.length);
      targets.add(target);
      ranges.put(range.offset, target);
    }
    AtomicInteger next = new AtomicInteger();
    List<Future<Void>> reading = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      reading.add(
          readers.submit(() -> {
            for (int i = next.getAndIncrement(); i < targets.size(); i = next.getAndIncrement()) {
              volume.read(wanted.get(i).offset, targets.get(i));
            }
            return null;
          }));
    }
    Optional<IOException> failure = Optional.empty();
    for (Future<Void> each : reading) {
      try {
        await(each);
      } catch (IOException e) {
        failure = failure.isEmpty() ? Optional.of(e) : failure;
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  private static void await(Future<Void> reading) throws IOException {
    try {
      reading.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException("reading failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading", e);
    }
  }

  private MemorySegment take(long length) {
    long from = reserveUsed;
    long whole = (length + AlignedMemory.ALIGNMENT_BYTES - 1) & -AlignedMemory.ALIGNMENT_BYTES;
    if (from + whole > reserve.byteSize()) {
      return AlignedMemory.allocate(arena, length);
    }
    reserveUsed = from + whole;
    return reserve.asSlice(from, length);
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

  /// @throws IllegalArgumentException when any of it is not held
  @Override
  public void read(long offset, byte[] target, int from, int length) {
    int done = 0;
    while (done < length) {
      long at = offset + done;
      Map.Entry<Long, MemorySegment> range = ranges.floorEntry(at);
      long skip = range == null ? 0 : at - range.getKey();
      if (range == null || skip >= range.getValue().byteSize()) {
        throw new IllegalArgumentException(length + " bytes at " + offset + " are not held");
      }
      int count = (int) Math.min(length - done, range.getValue().byteSize() - skip);
      MemorySegment.copy(range.getValue(), skip, MemorySegment.ofArray(target), from + done, count);
      done += count;
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
