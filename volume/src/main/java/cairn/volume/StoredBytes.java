package cairn.volume;

import cairn.linux.AlignedMemory;
import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.NativeFile;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file as the disk has it: read past the page cache, where the file system can do that and the
/// range is of whole pages; else after the kernel has let go of what it caches. Leaves nothing in
/// the cache. Safe for use by several threads.
final class StoredBytes implements Closeable {
  private final NativeFile cached;
  private final Transfer throughCache;
  private final @Nullable NativeFile direct;
  private final @Nullable Transfer pastCache;

  private StoredBytes(NativeFile cached, @Nullable NativeFile direct, String name) {
    this.cached = cached;
    this.throughCache = new Transfer(cached, name, 1);
    this.direct = direct;
    this.pastCache =
        direct == null ? null : new Transfer(direct, name, AlignedMemory.ALIGNMENT_BYTES);
  }

  /// @param name for messages
  static StoredBytes open(Path path, String name) throws IOException {
    NativeFile cached = NativeFile.open(path);
    try {
      cached.dropCache(0, 0);
      return new StoredBytes(cached, openDirect(path), name);
    } catch (IOException e) {
      throw Closing.after(e, cached);
    }
  }

  private static @Nullable NativeFile openDirect(Path path) throws IOException {
    try {
      return NativeFile.open(path, NativeFile.Option.DIRECT);
    } catch (CallFailed e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      return null;
    }
  }

  /// @throws IOException also when the file ends within the range
  void read(long offset, MemorySegment target) throws IOException {
    long length = target.byteSize();
    boolean whole = ((offset | length) & (AlignedMemory.ALIGNMENT_BYTES - 1)) == 0;
    if (pastCache == null || !whole || !readPastCache(pastCache, offset, target)) {
      throughCache.read(offset, target);
      cached.dropCache(offset, length);
    }
  }

  /// The next page that is not in a hole, which reads as zeros.
  ///
  /// @param end of the file, at least `from`
  /// @return `end` when there is none before it
  long nextData(long from, long end) throws IOException {
    if (from == end) {
      return end;
    }
    try {
      long next = cached.nextData(from) & -AlignedMemory.ALIGNMENT_BYTES;
      return Math.clamp(next, from, end);
    } catch (CallFailed e) {
      return e.errno() == Errno.ENXIO ? end : from;
    }
  }

  /// @return whether the file system takes whole pages for enough
  private static boolean readPastCache(Transfer pastCache, long offset, MemorySegment target)
      throws IOException {
    try {
      pastCache.read(offset, target);
      return true;
    } catch (IOException e) {
      if (e.getCause() instanceof CallFailed failed && failed.errno() == Errno.EINVAL) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try (cached) {
      if (direct != null) {
        direct.close();
      }
    }
  }
}
