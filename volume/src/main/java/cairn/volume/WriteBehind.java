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

  /// What a kernel or a file system says that cannot start it at all.
  private static final Set<Integer> CANNOT =
      Set.of(Errno.ENOSYS, Errno.EOPNOTSUPP, Errno.EINVAL, Errno.EPERM);

  private final RawFile file;
  private final Transfer transfer;
  private final Deque<List<Range>> started = new ArrayDeque<>();
  private List<Range> dirty = new ArrayList<>();
  private long dirtyBytes;
  private long end;
  private volatile boolean works = true;
  private volatile boolean worked;

  WriteBehind(RawFile file, Transfer transfer) {
    this.file = file;
    this.transfer = transfer;
  }

  private record Range(long offset, long length) {}

  /// To be called after each write; returns when few enough of those before are still under way.
  ///
  /// @throws IOException when one of them failed
  void wrote(long offset, long length) throws IOException {
    List<Range> step = works && length > 0 ? stepWith(new Range(offset, length)) : null;
    if (step == null || !start(step)) {
      return;
    }
    List<Range> before = startedBefore(step);
    if (before != null) {
      finish(before);
    }
  }

  private synchronized @Nullable List<Range> stepWith(Range range) {
    dirty.add(range);
    dirtyBytes += range.length;
    end = Math.max(end, range.offset + range.length);
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

  /// @return false when that cannot be done here
  private boolean start(List<Range> step) throws IOException {
    for (Range range : step) {
      try {
        file.startWriteback(range.offset, range.length);
      } catch (CallFailed e) {
        if (worked || !CANNOT.contains(e.errno())) {
          throw transfer.failed("store", range.offset, range.length, e);
        }
        works = false;
        return false;
      }
    }
    worked = true;
    return true;
  }

  /// Whatever fails here may be the only word of a write that failed, not always one of these.
  private void finish(List<Range> step) throws IOException {
    for (Range range : step) {
      try {
        file.finishWriteback(range.offset, range.length);
      } catch (CallFailed e) {
        throw transfer.failed("store", 0, end(), e);
      }
      file.dropCache(range.offset, range.length);
    }
  }

  private synchronized long end() {
    return end;
  }
}
