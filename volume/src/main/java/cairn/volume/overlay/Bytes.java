package cairn.volume.overlay;

import cairn.linux.RawFile;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Moves bytes between the heap and a file, which takes native memory only. Safe for use by several
/// threads.
final class Bytes {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final ThreadLocal<MemorySegment> BUFFER =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BUFFER_BYTES, 4096));

  private Bytes() {}

  /// Fills `target[from, from + length)`.
  ///
  /// @throws EOFException when the file ends before
  static void read(RawFile file, long offset, byte[] target, int from, int length)
      throws IOException {
    for (int done = 0; done < length; ) {
      int count = Math.min(length - done, BUFFER_BYTES);
      MemorySegment part = BUFFER.get().asSlice(0, count);
      if (file.read(offset + done, part) != count) {
        throw new EOFException(file.path() + " ends before byte " + (offset + done + count));
      }
      MemorySegment.copy(part, 0, MemorySegment.ofArray(target), from + done, count);
      done += count;
    }
  }

  static void write(RawFile file, long offset, byte[] source, int from, int length)
      throws IOException {
    for (int done = 0; done < length; ) {
      int count = Math.min(length - done, BUFFER_BYTES);
      MemorySegment part = BUFFER.get().asSlice(0, count);
      MemorySegment.copy(MemorySegment.ofArray(source), from + done, part, 0, count);
      file.write(offset + done, part);
      done += count;
    }
  }
}
