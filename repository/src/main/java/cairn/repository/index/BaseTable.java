package cairn.repository.index;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedSet;
import java.util.TreeSet;

/// The distinct bases of a segment in the making, sorted. Bounded in memory: beyond [#RECENT_MAX]
/// it sorts through local files, which lose their names as soon as they are mapped.
final class BaseTable implements AutoCloseable {
  /// About 20 MB of heap.
  static final int RECENT_MAX = 1 << 17;

  private static final int ID_BYTES = SegmentLayout.BASE_BYTES;

  private final OffHeap memory = new OffHeap();
  private final TreeSet<ChunkId> recent = new TreeSet<>();
  private final List<MemorySegment> runs = new ArrayList<>();
  private final int recentMax;
  private MemorySegment table = MemorySegment.NULL;

  BaseTable() {
    this(RECENT_MAX);
  }

  BaseTable(int recentMax) {
    this.recentMax = recentMax;
  }

  void add(ChunkId base) throws IOException {
    recent.add(base);
    if (recent.size() >= recentMax) {
      runs.add(write(recent.iterator()));
      recent.clear();
    }
  }

  /// Sorts what was added. Nothing may be added from here on.
  void complete() throws IOException {
    if (runs.isEmpty()) {
      table = inMemory(recent);
    } else {
      runs.add(inMemory(recent));
      table = write(new Distinct(runs));
    }
    recent.clear();
  }

  /// All ids, in the form that a segment has them in.
  MemorySegment bytes() {
    return table;
  }

  int size() {
    return Math.toIntExact(table.byteSize() / ID_BYTES);
  }

  /// The place of an id that was added.
  int ordinal(ChunkId base) {
    int low = 0;
    int high = size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (OffHeap.id(table, (long) middle * ID_BYTES).compareTo(base) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static MemorySegment inMemory(SortedSet<ChunkId> ids) {
    ByteWriter bytes = new ByteWriter(ids.size() * ID_BYTES);
    ids.forEach(bytes::id);
    return MemorySegment.ofArray(bytes.toBytes());
  }

  private MemorySegment write(Iterator<ChunkId> ids) throws IOException {
    Path file = Run.newFile();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteWriter buffer = new ByteWriter(1 << 18);
      while (ids.hasNext()) {
        buffer.id(ids.next());
        if (buffer.size() >= 1 << 17) {
          flush(buffer, channel);
        }
      }
      flush(buffer, channel);
      return memory.map(channel);
    } finally {
      Files.delete(file);
    }
  }

  private static void flush(ByteWriter buffer, FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(buffer.buffer(), 0, buffer.size());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    buffer.clear();
  }

  @Override
  public void close() {
    memory.close();
  }

  /// Several sorted runs as one, each id once.
  private static final class Distinct implements Iterator<ChunkId> {
    private final PriorityQueue<Head> heads =
        new PriorityQueue<>(Comparator.comparing((Head head) -> head.id));

    Distinct(List<MemorySegment> runs) {
      runs.forEach(run -> add(run, 0));
    }

    private record Head(ChunkId id, MemorySegment run, long offset) {}

    private void add(MemorySegment run, long offset) {
      if (offset < run.byteSize()) {
        heads.add(new Head(OffHeap.id(run, offset), run, offset));
      }
    }

    @Override
    public boolean hasNext() {
      return !heads.isEmpty();
    }

    @Override
    public ChunkId next() {
      ChunkId id = heads.element().id;
      while (!heads.isEmpty() && heads.element().id.equals(id)) {
        Head head = heads.remove();
        add(head.run, head.offset + ID_BYTES);
      }
      return id;
    }
  }
}
