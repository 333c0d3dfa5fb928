package cairn.volume;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.RawFile;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Has the kernel write what is dirty while more is coming, and let go of what is written. So the
/// sync at the end finds little left to do, a slow disk slows the writer down and not everybody
/// else, what other programs have in the cache stays there, and the same few pages are used over
/// and over: those that nobody used for a while have to be cleared, and in a virtual machine be had
/// from its host, which takes longer than to write them.
///
/// Safe for use by several threads.
final class WriteBehind {
  /// Small enough to keep the disk busy, large enough that the file system can lay out long
  /// extents.
  private static final long STEP_BYTES = 8L * 1024 * 1024;

  /// Being written at a time.
  private static final int STEPS_MAX = 4;

  private static final Set<Integer> CANNOT =
      Set.of(Errno.ENOSYS, Errno.EOPNOTSUPP, Errno.EINVAL, Errno.EPERM);

  private final RawFile file;
  private final Transfer transfer;
  private final Deque<List<Range>> started = new ArrayDeque<>();
  private List<Range> dirty = new ArrayList<>();
  private long dirtyBytes;
  private volatile boolean works = true;

  WriteBehind(RawFile file, Transfer transfer) {
    this.file = file;
    this.transfer = transfer;
  }

  private record Range(long offset, long length) {}

  /// To be called after each write; returns when few enough of those before are still under way.
  ///
  /// @throws IOException when one of them failed
  void wrote(long offset, long length) throws IOException {
    List<Range> step = works ? stepWith(new Range(offset, length)) : null;
    if (step == null) {
      return;
    }
    each(step, range -> file.startWriteback(range.offset, range.length));
    List<Range> last = startedBefore(step);
    if (last != null) {
      each(
          last,
          range -> {
            file.finishWriteback(range.offset, range.length);
            file.dropCache(range.offset, range.length);
          });
    }
  }

  private synchronized @Nullable List<Range> stepWith(Range range) {
    dirty.add(range);
    dirtyBytes += range.length;
    if (dirtyBytes < STEP_BYTES) {
      return null;
    }
    List<Range> step = dirty;
    dirty = new ArrayList<>();
    dirtyBytes = 0;
    return step;
  }

  private synchronized @Nullable List<Range> startedBefore(List<Range> step) {
    started.addLast(step);
    return started.size() > STEPS_MAX ? started.removeFirst() : null;
  }

  private void each(List<Range> step, Call call) throws IOException {
    for (Range range : step) {
      try {
        call.on(range);
      } catch (CallFailed e) {
        if (!CANNOT.contains(e.errno())) {
          throw transfer.failed("store", range.offset, range.length, e);
        }
        works = false;
        return;
      }
    }
  }

  private interface Call {
    void on(Range range) throws IOException;
  }
}
