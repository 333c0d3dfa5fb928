package cairn.volume;

import cairn.base.block.BlockSink;
import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.FileStatus;
import cairn.linux.NativeFile;
import cairn.linux.RawFile;
import cairn.linux.Rename;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// An image file in the making. It lies beside its target under a name of its own and takes the
/// target's name in [#finish()], when it is whole and durable: until then, whatever had that name
/// is as it was. Closed without that, it is removed.
///
/// The new file belongs to the user who runs this and is readable by no one else.
public final class FileSink implements BlockSink {
  /// Where the file lies, and where it goes.
  ///
  /// @param target the name that it takes
  /// @param partial its name until then, in the same directory
  /// @param replaces what may have the target's name then
  record Names(Path target, Path partial, Replaces replaces) {}

  /// What may be replaced.
  enum Replaces {
    NOTHING,
    EMPTY_FILE,
    ANY_FILE
  }

  private enum State {
    WRITING,
    FINISHED,
    CLOSED
  }

  private final Names names;
  private final RawFile file;
  private final long size;
  private final boolean readsAsZeros;
  private final FirstFailure failure;
  private final Transfer transfer;
  private final EarlyWriteback writeback;

  /// File systems let one write at a time into a file, and whoever else comes spins meanwhile.
  private final Lock turn = new ReentrantLock();

  private volatile State state = State.WRITING;
  private @Nullable RawFile finished;

  /// @param file new and empty
  FileSink(Names names, RawFile file, long size, boolean sparse) throws IOException {
    this.names = names;
    this.file = file;
    this.size = size;
    this.failure = new FirstFailure(names.target().toString());
    this.transfer = new Transfer(file, names.target().toString(), 1);
    this.writeback = new EarlyWriteback(file);
    this.readsAsZeros = prepare(sparse);
  }

  /// @throws IOException also when there is no room for a file that is not to be sparse
  static FileSink create(Path target, Replaces replaces, long size, boolean sparse)
      throws IOException {
    Path partial = target;
    NativeFile file = null;
    for (int attempt = 0; file == null; attempt++) {
      partial = target.resolveSibling(partialName(target, attempt));
      try {
        file = NativeFile.open(partial, NativeFile.Option.WRITE, NativeFile.Option.CREATE_NEW);
      } catch (CallFailed e) {
        if (e.errno() != Errno.EEXIST || attempt == 1000) {
          throw e;
        }
      }
    }
    try {
      return new FileSink(new Names(target, partial, replaces), file, size, sparse);
    } catch (IOException e) {
      Path unused = partial;
      throw Closing.after(Closing.after(e, file), () -> Files.deleteIfExists(unused));
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void write(long offset, byte[] source, int from, int length) throws IOException {
    expect(State.WRITING);
    Ranges.check(offset, length, size, names.target().toString());
    failure.run(() -> {
      turn.lock();
      try {
        transfer.write(offset, MemorySegment.ofArray(source).asSlice(from, length));
      } finally {
        turn.unlock();
      }
      startWriteback(length);
    });
  }

  /// Nothing to do where the new file reads as zeros already, as each byte is written once at most.
  @Override
  public void zero(long offset, long length) throws IOException {
    expect(State.WRITING);
    Ranges.check(offset, length, size, names.target().toString());
    failure.run(() -> {
      if (!readsAsZeros) {
        transfer.zero(offset, length);
        startWriteback(length);
      }
    });
  }

  @Override
  public void finish() throws IOException {
    expect(State.WRITING);
    failure.run(() -> {
      try {
        file.sync();
        checkStillThere();
        file.close();
      } catch (CallFailed e) {
        throw transfer.failed("store", 0, size, e);
      }
      takeName();
      state = State.FINISHED;
    });
  }

  /// From the disk, as far as the kernel lets go of what it caches.
  @Override
  public void readBack(long offset, byte[] target, int from, int length) throws IOException {
    expect(State.FINISHED);
    Ranges.check(offset, length, size, names.target().toString());
    RawFile reading = finished();
    new Transfer(reading, reading.path(), 1)
        .read(offset, MemorySegment.ofArray(target).asSlice(from, length));
  }

  @Override
  public synchronized void close() throws IOException {
    State before = state;
    state = State.CLOSED;
    if (finished != null) {
      finished.close();
    }
    if (before == State.WRITING) {
      try {
        file.close();
      } finally {
        Files.deleteIfExists(names.partial());
      }
    }
  }

  /// @return whether all of the file reads as zeros now
  private boolean prepare(boolean sparse) throws IOException {
    try {
      file.resize(size);
    } catch (CallFailed e) {
      throw transfer.failed("make room for", 0, size, e);
    }
    if (sparse || size == 0) {
      return true;
    }
    try {
      file.allocate(0, size);
      return true;
    } catch (CallFailed e) {
      if (e.errno() == Errno.EOPNOTSUPP || e.errno() == Errno.ENOSYS) {
        return false;
      }
      throw transfer.failed("make room for", 0, size, e);
    }
  }

  private void startWriteback(long bytes) throws IOException {
    try {
      writeback.wrote(bytes);
    } catch (CallFailed e) {
      throw transfer.failed("store", 0, size, e);
    }
  }

  private void checkStillThere() throws IOException {
    FileStatus written = file.status();
    if (written.sizeBytes() != size || !FileStatus.of(names.partial()).isSameFile(written)) {
      throw new IOException(names.partial() + " was changed by someone else while it was written");
    }
  }

  private void takeName() throws IOException {
    if (names.replaces() == Replaces.ANY_FILE || isStillEmpty()) {
      Rename.replacing(names.partial(), names.target());
      return;
    }
    try {
      Rename.toFreeName(names.partial(), names.target());
    } catch (CallFailed e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      throw Sinks.refused(
          names.target(), "a file of that name has appeared meanwhile and was left alone", e);
    }
  }

  private boolean isStillEmpty() throws IOException {
    return names.replaces() == Replaces.EMPTY_FILE
        && Files.exists(names.target())
        && FileStatus.of(names.target()).sizeBytes() == 0;
  }

  private synchronized RawFile finished() throws IOException {
    if (finished == null) {
      finished = NativeFile.open(names.target());
      finished.dropCache();
    }
    return finished;
  }

  private void expect(State wanted) throws IOException {
    if (state != wanted) {
      throw new IllegalStateException(names.target() + " is " + state + ", not " + wanted);
    }
  }

  private static String partialName(Path target, int attempt) {
    Path fileName = target.getFileName();
    String name = fileName == null ? "" : fileName.toString();
    // A name may have 255 bytes; characters may have four.
    String start = name.substring(0, Math.min(name.length(), 50));
    String run = Long.toString(ProcessHandle.current().pid(), 36) + "-" + attempt;
    return "." + start + ".cairn-" + run + ".partial";
  }
}
