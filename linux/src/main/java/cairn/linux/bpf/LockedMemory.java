package cairn.linux.bpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The limit of memory that a user may lock. Before Linux 5.11 maps and programs count as such, and
/// it is next to nothing.
final class LockedMemory {
  private static final int RLIMIT_MEMLOCK = 8;
  private static final long UNLIMITED = -1;

  private static final MethodHandle SETRLIMIT =
      Libc.function("setrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  private static boolean lifted;

  private LockedMemory() {}

  /// Whether a call may have failed for want of it, and may do so no more: once for a process,
  /// whose limit it lifts.
  static synchronized boolean wasShort(CallFailed failure) {
    if (lifted || failure.errno() != Errno.EPERM) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocateFrom(JAVA_LONG, UNLIMITED, UNLIMITED);
      lifted =
          Libc.errnoOf(state -> (int) SETRLIMIT.invokeExact(state, RLIMIT_MEMLOCK, limits)) == 0;
      return lifted;
    }
  }
}
