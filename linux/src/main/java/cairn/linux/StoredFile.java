package cairn.linux;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/// A file that was written, synced and closed, as the disk has it: read past the page cache where
/// the file system can do that, and else after the kernel was asked to let go of what it caches. It
/// may keep what others use or have mapped; and a file system may read through the cache all the
/// same, as ext4 does that writes data to its journal first. Little stays in the cache.
///
/// Safe for use by several threads.
public final class StoredFile implements Closeable {
  private final NativeFile cached;
  private final Optional<NativeFile> direct;

  private StoredFile(NativeFile cached, Optional<NativeFile> direct) {
    this.cached = cached;
    this.direct = direct;
  }

  /// @throws CallFailed also when the last part of the name is a symbolic link
  public static StoredFile open(Path path) throws IOException {
    NativeFile cached = NativeFile.open(path, NativeFile.Option.NO_LINK);
    cached.dropCache(0, 0);
    return new StoredFile(cached, openDirect(path));
  }

  /// As the file could be opened just now, any failure says that it cannot be so.
  private static Optional<NativeFile> openDirect(Path path) throws IOException {
    try {
      return Optional.of(
          NativeFile.open(path, NativeFile.Option.DIRECT, NativeFile.Option.NO_LINK));
    } catch (CallFailed e) {
      return Optional.empty();
    }
  }

  /// Reads until `target` is full or the file ends.
  ///
  /// @param target native memory; offset, length and address are to be multiples of
  ///   [AlignedMemory#ALIGNMENT_BYTES], or it is read through the cache
  /// @return the number of bytes read; less than asked for only at the end of the file
  public long read(long offset, MemorySegment target) throws IOException {
    long length = target.byteSize();
    boolean aligned =
        ((offset | length | target.address()) & (AlignedMemory.ALIGNMENT_BYTES - 1)) == 0;
    long count = aligned && direct.isPresent() ? readPastCache(direct.get(), offset, target) : -1;
    if (count < 0) {
      cached.dropCache(offset, length);
      count = cached.read(offset, target);
    }
    cached.dropCache(offset, length);
    return count;
  }

  /// @return -1 when the file system wants larger blocks, or none that ends within one
  private static long readPastCache(NativeFile direct, long offset, MemorySegment target)
      throws IOException {
    try {
      return direct.read(offset, target);
    } catch (CallFailed e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      return -1;
    }
  }

  /// The next page that is not in a hole, which reads as zeros.
  ///
  /// @param end of the file, at least `from`
  /// @return `end` when there is none before it
  public long nextData(long from, long end) throws IOException {
    if (from == end) {
      return end;
    }
    try {
      return Math.clamp(cached.nextData(from) & -AlignedMemory.ALIGNMENT_BYTES, from, end);
    } catch (CallFailed e) {
      return e.errno() == Errno.ENXIO ? end : from;
    }
  }

  @Override
  public void close() throws IOException {
    try (cached) {
      if (direct.isPresent()) {
        direct.get().close();
      }
    }
  }
}
