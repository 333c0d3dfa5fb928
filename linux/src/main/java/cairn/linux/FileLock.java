package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Locks of files: whether others hold some, by `F_OFD_GETLK` and `struct flock` (`fcntl.h`):
///
/// | offset | bytes | field    |
/// |-------:|------:|----------|
/// |      0 |     2 | l_type   |
/// |      2 |     2 | l_whence |
/// |      8 |     8 | l_start  |
/// |     16 |     8 | l_len    |
/// |     24 |     4 | l_pid    |
public final class FileLock {
  private static final int BYTES = 32;
  private static final int F_OFD_GETLK = 36;
  private static final short F_WRLCK = 1;
  private static final short F_UNLCK = 2;

  private static final int LOCK_EXCLUSIVE = 2;
  private static final int LOCK_NOT_WAITING = 4;

  private static final MethodHandle FCNTL =
      Libc.variadic("fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

  private static final MethodHandle FLOCK =
      Libc.function("flock", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  private FileLock() {}

  /// Takes a file or directory until the descriptor is closed, or the process ends in any way. Who
  /// opens it again, in this process too, cannot take it meanwhile (`flock`).
  ///
  /// @return false when somebody else has it
  /// @throws CallFailed also when the file system has no such locks
  public static boolean tryTake(NativeFile file) throws IOException {
    try {
      file.call(
          state ->
              (int) FLOCK.invokeExact(state, file.descriptor(), LOCK_EXCLUSIVE | LOCK_NOT_WAITING),
          () -> "flock(" + file.path() + ")");
      return true;
    } catch (CallFailed e) {
      if (e.errno() == Errno.EAGAIN) {
        return false;
      }
      throw e;
    }
  }

  /// Whether somebody else has a lock, shared or not, on this byte of the file.
  public static boolean isHeldElsewhere(NativeFile file, long offset) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment lock = arena.allocate(BYTES, Long.BYTES);
      lock.set(JAVA_SHORT, 0, F_WRLCK);
      lock.set(JAVA_LONG, 8, offset);
      lock.set(JAVA_LONG, 16, 1);
      file.call(
          state -> (int) FCNTL.invokeExact(state, file.descriptor(), F_OFD_GETLK, lock),
          () -> "fcntl(" + file.path() + ", F_OFD_GETLK, byte " + offset + ")");
      return lock.get(JAVA_SHORT, 0) != F_UNLCK;
    }
  }
}
