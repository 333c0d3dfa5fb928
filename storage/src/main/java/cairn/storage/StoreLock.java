package cairn.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The lock of a directory store: one holder at a time among the threads of this process, and among
/// processes one exclusive or several shared holders. It ends with the process, whatever ends that.
///
/// An operating system lock on a file belongs to the process: closing any channel to that file
/// releases it, and a second attempt within the process is refused rather than made to wait. So
/// each turn opens the file anew, within a lock of this process that is found by the folder's
/// device and inode, by whatever path it was opened.
final class StoreLock {
  private static final ConcurrentHashMap<Object, ReentrantLock> IN_PROCESS =
      new ConcurrentHashMap<>();

  private final Path file;
  private final Ownership ownership;
  private final DirectoryOps ops;
  private final ReentrantLock inProcess;
  private boolean amongProcesses = true;

  StoreLock(Path file, Object folderKey, Ownership ownership, DirectoryOps ops) {
    this.file = file;
    this.ownership = ownership;
    this.ops = ops;
    this.inProcess = IN_PROCESS.computeIfAbsent(folderKey, key -> new ReentrantLock());
  }

  /// Does without the lock among processes, which the file system does not have.
  void withinProcessOnly() {
    amongProcesses = false;
  }

  /// What is done while the lock is held.
  interface Turn<T> {
    T run() throws IOException;
  }

  <T> T exclusive(Turn<T> turn) throws IOException {
    return hold(false, turn);
  }

  <T> T shared(Turn<T> turn) throws IOException {
    return hold(true, turn);
  }

  private <T> T hold(boolean shared, Turn<T> turn) throws IOException {
    inProcess.lock();
    try {
      return amongProcesses ? holdAmongProcesses(shared, turn) : turn.run();
    } finally {
      inProcess.unlock();
    }
  }

  private <T> T holdAmongProcesses(boolean shared, Turn<T> turn) throws IOException {
    try (FileChannel channel = open(shared)) {
      Objects.requireNonNull(ops.lock(channel, shared));
      return turn.run();
    }
  }

  private FileChannel open(boolean shared) throws IOException {
    if (shared) {
      try {
        return ops.openLock(file, true);
      } catch (NoSuchFileException e) {
        open(false).close();
        return ops.openLock(file, true);
      }
    }
    FileChannel channel = ops.openLock(file, false);
    try {
      ownership.adopt(file);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }
}
