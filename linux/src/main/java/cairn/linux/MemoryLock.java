package cairn.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/// Keeps all that this process has in memory there (`mlockall`), so that it can go on while what it
/// would be paged out to, or in from, stands still. One at a time: closing it unlocks everything.
public final class MemoryLock implements AutoCloseable {
  private static final int MCL_CURRENT = 1;
  private static final int MCL_ONFAULT = 4;

  private static final MethodHandle MLOCKALL =
      Libc.function("mlockall", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle MUNLOCKALL =
      Libc.function("munlockall", FunctionDescriptor.of(JAVA_INT));

  private MemoryLock() {}

  /// Locks what of today's mappings is in memory, and what of them is touched later, from then on.
  /// What was never touched is not brought in: of a Java process that would be hundreds of
  /// megabytes of class library, and the whole heap.
  ///
  /// @throws CallFailed with `EPERM` or `ENOMEM` when `RLIMIT_MEMLOCK` is too low
  public static MemoryLock ofWhatIsTouched() throws IOException {
    Libc.call(
        state -> (int) MLOCKALL.invokeExact(state, MCL_CURRENT | MCL_ONFAULT),
        () -> "mlockall(CURRENT, ONFAULT)");
    return new MemoryLock();
  }

  @Override
  public void close() throws IOException {
    Libc.call(state -> (int) MUNLOCKALL.invokeExact(state), () -> "munlockall()");
  }
}
