package cairn.volume;

import cairn.linux.AlignedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// Makes few long writes of many short ones, most of which begin where the one before ended. Safe
/// for use by several threads.
public final class LongWrites implements AutoCloseable {
  /// A write ends at a multiple of this. It is a huge page: a file system in memory clears those
  /// first that are written in part, which may take longer than writing them.
  private static final int BYTES_MAX = 2 << 20;

  private final PartialFile file;
  private final Arena arena = Arena.ofShared();
  private final Queue<Stretch> full = new ConcurrentLinkedQueue<>();
  private final Queue<MemorySegment> idle = new ConcurrentLinkedQueue<>();
  private @Nullable Stretch open;

  public LongWrites(PartialFile file) {
    this.file = file;
  }

  private record Stretch(long start, MemorySegment memory, int length) {
    long end() {
      return start + length;
    }

    int room() {
      return (int) (BYTES_MAX - start % BYTES_MAX) - length;
    }
  }

  /// Takes what is to be written, in the order of the calls; [#writeFull()] comes next.
  public synchronized void put(long offset, byte[] source, int from, int length) {
    for (int done = 0; done < length; ) {
      Stretch stretch = at(offset + done);
      int count = Math.min(length - done, stretch.room());
      MemorySegment.copy(
          MemorySegment.ofArray(source), from + done, stretch.memory, stretch.length, count);
      open = new Stretch(stretch.start, stretch.memory, stretch.length + count);
      done += count;
    }
  }

  private Stretch at(long offset) {
    Stretch stretch = open;
    if (stretch != null && stretch.end() == offset && stretch.room() > 0) {
      return stretch;
    }
    if (stretch != null) {
      full.add(stretch);
    }
    MemorySegment memory = idle.poll();
    return new Stretch(
        offset, memory == null ? AlignedMemory.allocate(arena, BYTES_MAX) : memory, 0);
  }

  /// Writes what nothing can be added to any more. Each thread that puts calls this, and holds no
  /// lock that others need to put: so what is in memory is bounded by their number.
  public void writeFull() throws IOException {
    for (Stretch next = full.poll(); next != null; next = full.poll()) {
      file.write(next.start, next.memory.asSlice(0, next.length));
      idle.add(next.memory);
    }
  }

  /// Nothing will be put any more.
  public void finish() throws IOException {
    synchronized (this) {
      if (open != null) {
        full.add(open);
        open = null;
      }
    }
    writeFull();
  }

  @Override
  public void close() {
    arena.close();
  }
}
