package cairn.volume;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.RawFile;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/// Has the kernel write what is dirty while more is coming, so that the sync at the end finds
/// little left to do, and the cache does not fill up with one file.
final class EarlyWriteback {
  /// Small enough to keep the disk busy, large enough that the file system can lay out long
  /// extents.
  private static final long STEP_BYTES = 8L * 1024 * 1024;

  private final RawFile file;
  private final AtomicLong dirtyBytes = new AtomicLong();

  EarlyWriteback(RawFile file) {
    this.file = file;
  }

  /// To be called after each write.
  void wrote(long bytes) throws IOException {
    long dirty = dirtyBytes.addAndGet(bytes);
    if (dirty >= STEP_BYTES && dirtyBytes.compareAndSet(dirty, 0)) {
      try {
        file.startWriteback(0, 0);
      } catch (CallFailed e) {
        // Only a hint: what cannot be written will be told by sync.
        if (e.errno() == Errno.EIO || e.errno() == Errno.ENOSPC) {
          throw e;
        }
      }
    }
  }
}
