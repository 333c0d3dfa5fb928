package cairn.volume;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.linux.AlignedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// Ranges of a volume, read into memory outside the heap while it stood still, to be worked on when
/// it does not any more. What is held may be read again, in pieces, in the place where it is.
/// Filled by one thread, then read by any.
public final class HeldBlocks implements BlockReader {
  private final Volume volume;
  private final int pieceBytes;
  private final Arena arena = Arena.ofShared();
  private final Map<Long, MemorySegment> pieces = new HashMap<>();
  private MemorySegment reserve = MemorySegment.NULL;
  private long reserveUsed;

  /// A range of bytes.
  public record Range(long offset, long length) {}

  /// @param pieceBytes a power of two, a page at least: ranges begin at a multiple of it, and end
  ///   at one or at the end of the volume
  public HeldBlocks(Volume volume, int pieceBytes) {
    this.volume = volume;
    this.pieceBytes = pieceBytes;
  }

  /// Has so much memory at hand for what comes to be held, so that none has to be found then.
  public void reserve(long bytes) {
    if (reserve.byteSize() - reserveUsed < bytes) {
      reserve = AlignedMemory.allocate(arena, bytes);
      reserveUsed = 0;
    }
  }

  private record Reading(long offset, MemorySegment target) {}

  /// Reads ranges that do not overlap, several at a time. After a failure it is of no use.
  ///
  /// @param threads how many of the readers to use
  public void hold(List<Range> wanted, ExecutorService readers, int threads) throws IOException {
    List<Reading> targets = new ArrayList<>(wanted.size());
    for (Range range : wanted) {
      plan(range, targets);
    }
    AtomicInteger next = new AtomicInteger();
    List<Future<Void>> reading = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      reading.add(
          readers.submit(() -> {
            for (int i = next.getAndIncrement(); i < targets.size(); i = next.getAndIncrement()) {
              volume.read(targets.get(i).offset, targets.get(i).target);
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

  /// Pieces that are held are read where they are, the others together.
  private void plan(Range range, List<Reading> targets) {
    long end = range.offset + range.length;
    for (long at = range.offset; at < end; ) {
      MemorySegment held = pieces.get(at / pieceBytes);
      if (held == null) {
        held = take(at, end);
      }
      targets.add(new Reading(at, held));
      at += held.byteSize();
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

  /// Memory for the pieces from `start` on that are not held.
  private MemorySegment take(long start, long limit) {
    long end = start;
    while (end < limit && !pieces.containsKey(end / pieceBytes)) {
      end = Math.min(limit, end + pieceBytes);
    }
    MemorySegment memory = take(end - start);
    for (long at = start; at < end; at += pieceBytes) {
      long length = Math.min(pieceBytes, end - at);
      pieces.put(at / pieceBytes, memory.asSlice(at - start, length));
    }
    return memory;
  }

  private MemorySegment take(long length) {
    long whole = (length + AlignedMemory.ALIGNMENT_BYTES - 1) & -AlignedMemory.ALIGNMENT_BYTES;
    if (reserve.byteSize() - reserveUsed < whole) {
      return AlignedMemory.allocate(arena, length);
    }
    long from = reserveUsed;
    reserveUsed += whole;
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
      MemorySegment piece = pieces.get(at / pieceBytes);
      if (piece == null) {
        throw new IllegalArgumentException(length + " bytes at " + offset + " are not held");
      }
      long skip = at % pieceBytes;
      int count = (int) Math.min(length - done, piece.byteSize() - skip);
      MemorySegment.copy(piece, skip, MemorySegment.ofArray(target), from + done, count);
      done += count;
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
