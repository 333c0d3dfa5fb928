package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// A file descriptor of our own, always `O_CLOEXEC`. A `FileChannel` would not do: an interrupt
/// closes it under all its readers, it hides the error number, and it knows neither exclusive opens
/// nor holes.
public final class NativeFile implements RawFile {
  /// How to open; without any, for reading an existing file.
  public enum Option {
    /// For reading and writing.
    WRITE(2),
    /// A new file, readable and writable by its owner alone; fails when the name is taken.
    CREATE_NEW(0x40 | 0x80),
    /// Of a block device: fails while the kernel or anyone else uses it exclusively.
    EXCLUSIVE(0x80),
    /// Past the page cache: offsets, lengths and addresses must be multiples of the sector size.
    DIRECT(isArm() ? 0x10000 : 0x4000),
    /// Fails where the last part of the name is a symbolic link.
    NO_LINK(isArm() ? 0x8000 : 0x20000);

    private final int flag;

    Option(int flag) {
      this.flag = flag;
    }

    private static boolean isArm() {
      return "aarch64".equals(System.getProperty("os.arch"));
    }
  }

  private static final int O_CLOEXEC = 0x80000;
  private static final int MODE_OWNER_ONLY = 0600;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int WAIT_BEFORE = 1;
  private static final int START_WRITE = 2;
  private static final int WAIT_AFTER = 4;
  private static final int FADVISE_RANDOM = 1;
  private static final int FADVISE_SEQUENTIAL = 2;
  private static final int FADVISE_DONTNEED = 4;

  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final FunctionDescriptor OF_DESCRIPTOR = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
  private static final MethodHandle OPEN =
      Libc.variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE = Libc.function("close", OF_DESCRIPTOR);
  private static final MethodHandle PREAD = Libc.function("pread", TRANSFER);
  private static final MethodHandle PWRITE = Libc.function("pwrite", TRANSFER);
  private static final MethodHandle FSYNC = Libc.function("fsync", OF_DESCRIPTOR);
  private static final MethodHandle FTRUNCATE =
      Libc.function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle FALLOCATE =
      Libc.function(
          "fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle LSEEK =
      Libc.function("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SYNC_FILE_RANGE =
      Libc.function(
          "sync_file_range",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle POSIX_FADVISE =
      Libc.function(
          "posix_fadvise",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

  private final String path;
  private final int descriptor;

  // Calls share it, close() has it alone: a number closed under a running call could already name
  // another file.
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  private NativeFile(String path, int descriptor) {
    this.path = path;
    this.descriptor = descriptor;
  }

  public static NativeFile open(Path path, Option... options) throws IOException {
    int flags = O_CLOEXEC;
    for (Option option : options) {
      flags |= option.flag;
    }
    int allFlags = flags;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = Libc.pathName(path, arena);
      long descriptor =
          Libc.call(
              state -> (int) OPEN.invokeExact(state, name, allFlags, MODE_OWNER_ONLY),
              () -> "open(" + path + ", " + Set.of(options) + ")");
      return new NativeFile(path.toString(), (int) descriptor);
    }
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public FileStatus status() throws IOException {
    return guarded(() -> FileStatus.of(descriptor, path));
  }

  @Override
  public long read(long offset, MemorySegment target) throws IOException {
    long length = target.byteSize();
    long done = 0;
    while (done < length) {
      long at = offset + done;
      MemorySegment rest = target.asSlice(done);
      long count =
          call(
              state -> (long) PREAD.invokeExact(state, descriptor, rest, rest.byteSize(), at),
              () -> "pread(" + path + ", " + rest.byteSize() + " bytes at " + at + ")");
      if (count == 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  @Override
  public void write(long offset, MemorySegment source) throws IOException {
    long length = source.byteSize();
    long done = 0;
    while (done < length) {
      long at = offset + done;
      MemorySegment rest = source.asSlice(done);
      Supplier<String> what =
          () -> "pwrite(" + path + ", " + rest.byteSize() + " bytes at " + at + ")";
      long count =
          call(
              state -> (long) PWRITE.invokeExact(state, descriptor, rest, rest.byteSize(), at),
              what);
      if (count == 0) {
        throw new CallFailed(what.get(), Errno.ENOSPC);
      }
      done += count;
    }
  }

  @Override
  public void resize(long sizeBytes) throws IOException {
    call(
        state -> (int) FTRUNCATE.invokeExact(state, descriptor, sizeBytes),
        () -> "ftruncate(" + path + ", " + sizeBytes + ")");
  }

  @Override
  public void allocate(long offset, long length) throws IOException {
    fallocate(0, offset, length);
  }

  @Override
  public void punchHole(long offset, long length) throws IOException {
    fallocate(PUNCH_HOLE | KEEP_SIZE, offset, length);
  }

  @Override
  public void zeroSectors(long offset, long length) throws IOException {
    BlockIoctl.zeroOut(this, offset, length);
  }

  /// The offset of the first byte of data at or after `offset`.
  ///
  /// @throws CallFailed with `ENXIO` when there is none up to the end of the file
  public long nextData(long offset) throws IOException {
    return seek(offset, SEEK_DATA, "SEEK_DATA");
  }

  /// The offset of the first hole at or after `offset`; the end of the file counts as one.
  ///
  /// @throws CallFailed with `ENXIO` when `offset` is not within the file
  public long nextHole(long offset) throws IOException {
    return seek(offset, SEEK_HOLE, "SEEK_HOLE");
  }

  @Override
  public void startWriteback(long offset, long length) throws IOException {
    syncRange(offset, length, START_WRITE);
  }

  @Override
  public void finishWriteback(long offset, long length) throws IOException {
    syncRange(offset, length, WAIT_BEFORE | START_WRITE | WAIT_AFTER);
  }

  /// Lets the kernel read further ahead.
  public void expectSequentialReads() throws IOException {
    advise(0, 0, FADVISE_SEQUENTIAL, "SEQUENTIAL");
  }

  /// Lets the kernel read nothing but what is asked for.
  public void expectScatteredReads() throws IOException {
    advise(0, 0, FADVISE_RANDOM, "RANDOM");
  }

  @Override
  public void dropCache(long offset, long length) throws IOException {
    try {
      advise(offset, length, FADVISE_DONTNEED, "DONTNEED");
    } catch (CallFailed e) {
      // a hint
    }
  }

  @Override
  public void sync() throws IOException {
    call(state -> (int) FSYNC.invokeExact(state, descriptor), () -> "fsync(" + path + ")");
  }

  @Override
  public void close() throws IOException {
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      // Never again: the number is free even when close() fails, and may be another file's by now.
      int errno = Libc.errnoOf(state -> (int) CLOSE.invokeExact(state, descriptor));
      if (errno != 0) {
        throw new CallFailed("close(" + path + ")", errno);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return path;
  }

  /// The descriptor's number, for calls made within [#call].
  int descriptor() {
    return descriptor;
  }

  long call(Libc.NativeCall call, Supplier<String> what) throws IOException {
    return guarded(() -> Libc.call(call, what));
  }

  private void fallocate(int mode, long offset, long length) throws IOException {
    call(
        state -> (int) FALLOCATE.invokeExact(state, descriptor, mode, offset, length),
        () -> "fallocate(" + path + ", mode " + mode + ", " + length + " bytes at " + offset + ")");
  }

  private long seek(long offset, int whence, String name) throws IOException {
    return call(
        state -> (long) LSEEK.invokeExact(state, descriptor, offset, whence),
        () -> "lseek(" + path + ", " + offset + ", " + name + ")");
  }

  private void syncRange(long offset, long length, int flags) throws IOException {
    call(
        state -> (int) SYNC_FILE_RANGE.invokeExact(state, descriptor, offset, length, flags),
        () -> "sync_file_range(" + path + ", " + length + " bytes at " + offset + ")");
  }

  private void advise(long offset, long length, int advice, String name) throws IOException {
    // Unlike all others it returns the error number itself.
    long errno =
        call(
            state -> (int) POSIX_FADVISE.invokeExact(state, descriptor, offset, length, advice),
            () -> path);
    if (errno != 0) {
      throw new CallFailed("posix_fadvise(" + path + ", " + name + ")", (int) errno);
    }
  }

  private <T> T guarded(IoSupplier<T> action) throws IOException {
    Lock shared = lock.readLock();
    shared.lock();
    try {
      if (closed) {
        throw new IOException(path + " is closed");
      }
      return action.get();
    } finally {
      shared.unlock();
    }
  }

  private interface IoSupplier<T> {
    T get() throws IOException;
  }
}
