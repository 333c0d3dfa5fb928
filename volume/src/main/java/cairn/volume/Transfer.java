package cairn.volume;

import cairn.linux.AlignedMemory;
import cairn.linux.CallFailed;
import cairn.linux.RawFile;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Moves bytes between memory of any kind and a [RawFile] that takes native memory only and, when
/// opened for direct transfers, whole sectors only. Ranges need not be aligned.
///
/// Safe for use by several threads, also when they write different parts of one sector.
///
/// *Why a copy.* A heap array can be handed to a system call only by keeping the collector from
/// running until the disk has answered. Reading into a native buffer that stays in the CPU's cache
/// and copying from there costs little: of a warm file 6 to 7 GB/s arrive in a `byte[]`, where the
/// bare call gives 8 and a `FileChannel` 5.
final class Transfer {
  /// Of each thread's buffer.
  static final int BUFFER_BYTES = 1024 * 1024;

  private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[BUFFER_BYTES]);
  private static final ThreadLocal<MemorySegment> BUFFER =
      ThreadLocal.withInitial(() -> AlignedMemory.allocate(Arena.ofAuto(), BUFFER_BYTES));

  private final RawFile file;
  private final String name;
  private final int alignment;
  private final Object partialSector = new Object();

  /// @param name of the volume, for messages
  /// @param alignment of offsets and lengths, in bytes, a power of two; 1 when the page cache is
  ///   used
  Transfer(RawFile file, String name, int alignment) {
    if (Integer.bitCount(alignment) != 1 || alignment > BUFFER_BYTES) {
      throw new IllegalArgumentException("sectors of " + alignment + " bytes in " + name);
    }
    this.file = file;
    this.name = name;
    this.alignment = alignment;
  }

  /// @throws EOFException when the file ends within the range; `target` holds no zeros in its place
  void read(long offset, MemorySegment target) throws IOException {
    try {
      if (target.isNative() && isAligned(offset) && isAligned(target)) {
        readFully(offset, target);
      } else {
        readThroughBuffer(offset, target);
      }
    } catch (CallFailed e) {
      throw failed("read", offset, target.byteSize(), e);
    }
  }

  void write(long offset, MemorySegment source) throws IOException {
    try {
      if (source.isNative() && isAligned(offset) && isAligned(source)) {
        file.write(offset, source);
      } else {
        writeThroughBuffer(offset, source);
      }
    } catch (CallFailed e) {
      throw failed("write", offset, source.byteSize(), e);
    }
  }

  /// Writes zeros.
  void zero(long offset, long length) throws IOException {
    long done = 0;
    while (done < length) {
      long count = Math.min(length - done, BUFFER_BYTES - (offset + done) % BUFFER_BYTES);
      write(offset + done, ZEROS.asSlice(0, count));
      done += count;
    }
  }

  /// The sentence for a person: `cannot write bytes 131072+65536 of /dev/sdb: EIO (input/output
  /// error)`; the failed call is its cause.
  IOException failed(String verb, long offset, long length, CallFailed cause) {
    String bytes = " bytes " + offset + "+" + length + " of " + name;
    return new IOException("cannot " + verb + bytes + ": " + cause.reason(), cause);
  }

  static EOFException endsEarly(String name, long at, long needed) {
    String ends = name + " ends at byte " + at + ", before byte " + needed;
    return new EOFException(ends + ": it became smaller while it was read");
  }

  private void readThroughBuffer(long offset, MemorySegment target) throws IOException {
    MemorySegment buffer = BUFFER.get();
    long done = 0;
    while (done < target.byteSize()) {
      long start = alignDown(offset + done);
      long skip = offset + done - start;
      long count = Math.min(target.byteSize() - done, BUFFER_BYTES - skip);
      readFully(start, buffer.asSlice(0, alignDown(skip + count + alignment - 1)));
      MemorySegment.copy(buffer, skip, target, done, count);
      done += count;
    }
  }

  private void writeThroughBuffer(long offset, MemorySegment source) throws IOException {
    long done = 0;
    while (done < source.byteSize()) {
      long at = offset + done;
      int count = writableAtOnce(at, source.byteSize() - done);
      MemorySegment part = source.asSlice(done, count);
      if (isAligned(at) && isAligned(count)) {
        MemorySegment whole = BUFFER.get().asSlice(0, count);
        file.write(at, whole.copyFrom(part));
      } else {
        writePartOfSector(at, part);
      }
      done += count;
    }
  }

  private void readFully(long offset, MemorySegment target) throws IOException {
    long count = file.read(offset, target);
    if (count != target.byteSize()) {
      throw endsEarly(name, offset + count, offset + target.byteSize());
    }
  }

  /// Up to the end of a sector that is not written whole, or as many whole sectors as the buffer
  /// holds.
  private int writableAtOnce(long offset, long length) {
    long skip = offset - alignDown(offset);
    if (skip != 0 || length < alignment) {
      return (int) Math.min(length, alignment - skip);
    }
    return (int) Math.min(alignDown(length), BUFFER_BYTES);
  }

  private void writePartOfSector(long offset, MemorySegment part) throws IOException {
    long start = alignDown(offset);
    // Another thread may be writing the other part of the same sector.
    synchronized (partialSector) {
      MemorySegment sector = BUFFER.get().asSlice(0, alignment);
      readFully(start, sector);
      MemorySegment.copy(part, 0, sector, offset - start, part.byteSize());
      file.write(start, sector);
    }
  }

  private long alignDown(long offset) {
    return offset & -alignment;
  }

  private boolean isAligned(long offset) {
    return (offset & (alignment - 1)) == 0;
  }

  private boolean isAligned(MemorySegment memory) {
    return isAligned(memory.byteSize())
        && (alignment == 1 || (memory.address() & (AlignedMemory.ALIGNMENT_BYTES - 1)) == 0);
  }
}
