package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Cuts a helper process loose from what ends the process that started it. The JVM must run with
/// `-Xrs`, or it would put its own handlers back.
public final class Detachment {
  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;
  private static final MemorySegment SIG_IGN = MemorySegment.ofAddress(1);

  private static final MethodHandle SETSID =
      Libc.function("setsid", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle SIGNAL =
      Libc.function("signal", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));

  private Detachment() {}

  /// Gives this process a session of its own, out of reach of a terminal's interrupts, and ignores
  /// what else asks a process to end. It must end by itself when its starter has gone.
  ///
  /// @throws CallFailed with `EPERM` when it has a session of its own already
  public static void ofThisProcess() throws IOException {
    for (int signal : new int[] {SIGHUP, SIGINT, SIGTERM}) {
      Libc.call(
          state -> ((MemorySegment) SIGNAL.invokeExact(state, signal, SIG_IGN)).address(),
          () -> "signal(" + signal + ", SIG_IGN)");
    }
    Libc.call(state -> (int) SETSID.invokeExact(state), () -> "setsid()");
  }
}
