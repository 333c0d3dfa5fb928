package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Instant;
import java.util.function.Supplier;

/// A file, directory or other node that was made or entered through a [Directory], to be filled
/// with what belongs to it. It is held by its descriptor, so that whatever happens to its name,
/// nothing else is changed.
///
/// Calls may come from several threads; closing comes last, when none is under way.
///
/// *Why `/proc/self/fd`.* Devices and symbolic links are held by `O_PATH`, because opening them has
/// effects or leads elsewhere, and of such a descriptor only this path lets mode, times and
/// extended attributes be set. The kernel takes it to the very node, of a symbolic link too.
public final class OpenNode implements Closeable {
  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int BUFFER_BYTES = 256 << 10;

  private static final ThreadLocal<MemorySegment> BUFFER =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BUFFER_BYTES, 64));

  private static final MethodHandle CLOSE =
      Libc.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle PWRITE =
      Libc.function(
          "pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FTRUNCATE =
      Libc.function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle SYNCFS =
      Libc.function("syncfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle FCHOWNAT =
      Libc.function(
          "fchownat",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CHMOD =
      Libc.function("chmod", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SETXATTR =
      Libc.function(
          "setxattr",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle UTIMENSAT =
      Libc.function(
          "utimensat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));

  private final String name;
  private final int descriptor;
  private boolean closed;

  /// @param name for messages
  OpenNode(String name, int descriptor) {
    this.name = name;
    this.descriptor = descriptor;
  }

  int descriptor() {
    return descriptor;
  }

  public FileStatus status() throws IOException {
    return FileStatus.of(descriptor, name);
  }

  /// Of a file: writes `source[from, from + length)` at `offset`.
  public void write(long offset, byte[] source, int from, int length) throws IOException {
    MemorySegment buffer = BUFFER.get();
    int done = 0;
    while (done < length) {
      int count = Math.min(length - done, BUFFER_BYTES);
      MemorySegment.copy(source, from + done, buffer, JAVA_BYTE, 0, count);
      write(offset + done, buffer.asSlice(0, count));
      done += count;
    }
  }

  private void write(long offset, MemorySegment piece) throws IOException {
    long done = 0;
    while (done < piece.byteSize()) {
      long at = offset + done;
      MemorySegment rest = piece.asSlice(done);
      long length = rest.byteSize();
      Supplier<String> what = () -> "pwrite(" + name + ", " + length + " bytes at " + at + ")";
      long count =
          Libc.call(state -> (long) PWRITE.invokeExact(state, descriptor, rest, length, at), what);
      if (count == 0) {
        throw new CallFailed(what.get(), Errno.ENOSPC);
      }
      done += count;
    }
  }

  /// Of a file: what is added reads as zeros and takes no space.
  public void resize(long sizeBytes) throws IOException {
    Libc.call(
        state -> (int) FTRUNCATE.invokeExact(state, descriptor, sizeBytes),
        () -> "ftruncate(" + name + ", " + sizeBytes + ")");
  }

  /// Takes away what the mode says of other users, and set-user-ID bits.
  public void changeOwner(long user, long group) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment empty = arena.allocateFrom("");
      Libc.call(
          state ->
              (int)
                  FCHOWNAT.invokeExact(
                      state, descriptor, empty, (int) user, (int) group, AT_EMPTY_PATH),
          () -> "fchownat(" + name + ", " + user + ", " + group + ")");
    }
  }

  /// Not of symbolic links, which have none of their own.
  ///
  /// @param permissions the lower 12 bits of the mode
  public void changePermissions(int permissions) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = path(arena);
      Libc.call(
          state -> (int) CHMOD.invokeExact(state, path, permissions),
          () -> "chmod(" + name + ", " + Integer.toOctalString(permissions) + ")");
    }
  }

  /// Sets an extended attribute, whether there was one of this name or not.
  ///
  /// @param attribute with the prefix of its namespace
  public void setAttribute(byte[] attribute, byte[] value) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = path(arena);
      MemorySegment key = Directory.text(attribute, arena);
      MemorySegment bytes = arena.allocate(Math.max(1, value.length));
      MemorySegment.copy(value, 0, bytes, JAVA_BYTE, 0, value.length);
      long length = value.length;
      Libc.call(
          state -> (int) SETXATTR.invokeExact(state, path, key, bytes, length, 0),
          () -> "setxattr(" + name + ", " + Directory.readable(attribute) + ")");
    }
  }

  /// To be set last, because the rest changes them.
  public void setTimes(Instant accessed, Instant modified) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = path(arena);
      MemorySegment times = arena.allocate(4 * JAVA_LONG.byteSize(), JAVA_LONG.byteAlignment());
      times.setAtIndex(JAVA_LONG, 0, accessed.getEpochSecond());
      times.setAtIndex(JAVA_LONG, 1, accessed.getNano());
      times.setAtIndex(JAVA_LONG, 2, modified.getEpochSecond());
      times.setAtIndex(JAVA_LONG, 3, modified.getNano());
      Libc.call(
          state -> (int) UTIMENSAT.invokeExact(state, AT_FDCWD, path, times, 0),
          () -> "utimensat(" + name + ")");
    }
  }

  /// Returns when everything that was written to the whole file system is durable.
  public void syncFileSystem() throws IOException {
    Libc.call(state -> (int) SYNCFS.invokeExact(state, descriptor), () -> "syncfs(" + name + ")");
  }

  private MemorySegment path(Arena arena) {
    return arena.allocateFrom("/proc/self/fd/" + descriptor);
  }

  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      int errno = Libc.errnoOf(state -> (int) CLOSE.invokeExact(state, descriptor));
      if (errno != 0) {
        throw new CallFailed("close(" + name + ")", errno);
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
