package cairn.repository.index;

import cairn.base.bytes.ChunkId;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// Memory outside the heap. To give it back at a certain moment stops every thread of the process
/// for a while, so that the first megabyte is left to the garbage collector: small repositories and
/// increments need no more. Safe for use by several threads.
final class OffHeap implements AutoCloseable {
  static final long SMALL_MAX = 1 << 20;

  private long smallBytes;
  private @Nullable Arena arena;

  /// Zeros.
  synchronized MemorySegment allocate(long bytes) {
    if (bytes <= SMALL_MAX - smallBytes) {
      smallBytes += bytes;
      return Arena.ofAuto().allocate(bytes, Long.BYTES);
    }
    return arena().allocate(bytes, Long.BYTES);
  }

  /// A file as it is, to be read.
  MemorySegment map(FileChannel file) throws IOException {
    return file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena());
  }

  private synchronized Arena arena() {
    if (arena == null) {
      arena = Arena.ofShared();
    }
    return arena;
  }

  /// Some bytes of such memory, on the heap.
  static byte[] copy(MemorySegment memory, long offset, int length) {
    byte[] copy = new byte[length];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
    return copy;
  }

  static ChunkId id(MemorySegment memory, long offset) {
    return ChunkId.of(copy(memory, offset, ChunkId.BYTES), 0);
  }

  /// What was handed out is not to be used any more.
  @Override
  public synchronized void close() {
    if (arena != null) {
      arena.close();
    }
  }
}
