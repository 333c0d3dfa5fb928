package cairn.linux;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// An open file or block device, read and written at offsets. [NativeFile] is the real one; tests
/// put failures between.
///
/// Safe for use by several threads. Every failure is a [CallFailed]; after one of [#sync] nothing
/// is known about what was written, and calling it again proves nothing.
public interface RawFile extends Closeable {
  /// Its name, for messages.
  String path();

  FileStatus status() throws IOException;

  /// Reads until `target` is full or the file ends.
  ///
  /// @return the number of bytes read; less than asked for only at the end of the file
  long read(long offset, MemorySegment target) throws IOException;

  /// Writes all of `source`.
  void write(long offset, MemorySegment source) throws IOException;

  /// Sets the size of a file; what is added reads as zeros and takes no space.
  void resize(long sizeBytes) throws IOException;

  /// Reserves space for `[offset, offset + length)`; what was never written there reads as zeros.
  void allocate(long offset, long length) throws IOException;

  /// Makes the range read as zeros and gives its space back. Of a device: whole sectors only.
  void punchHole(long offset, long length) throws IOException;

  /// Makes the range of a block device read as zeros, keeping its space. Whole sectors only.
  void zeroSectors(long offset, long length) throws IOException;

  /// Starts writing what is dirty in the range, without waiting for it to end.
  void startWriteback(long offset, long length) throws IOException;

  /// Returns when what was dirty in the range is written, which does not make it durable. A failure
  /// is told once: [#sync] may not tell of it again.
  void finishWriteback(long offset, long length) throws IOException;

  /// Lets the kernel drop what it caches of the range and is not dirty, so that the next read comes
  /// from below. A hint: that the kernel does not take it is no failure.
  ///
  /// @param length 0 for all that follows
  void dropCache(long offset, long length) throws IOException;

  /// Returns when all that was written is durable.
  void sync() throws IOException;

  /// Closes once; a failure is reported, and the descriptor is gone all the same.
  @Override
  void close() throws IOException;
}
