package cairn.linux.bpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import cairn.linux.Libc;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The calls that the C library has no function for. Their numbers are those of `asm/unistd_64.h`
/// on x86-64 and of `asm-generic/unistd.h` on aarch64.
final class SystemCall {
  private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));
  private static final long BPF = ARM ? 280 : 321;
  private static final long PERF_EVENT_OPEN = ARM ? 241 : 298;

  private static final MethodHandle BPF_CALL =
      Libc.variadic(
          "syscall", 1, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle PERF_CALL =
      Libc.variadic(
          "syscall",
          1,
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));

  private SystemCall() {}

  static long bpf(int command, MemorySegment attributes, String what) throws IOException {
    int size = (int) attributes.byteSize();
    return Libc.call(
        state -> (long) BPF_CALL.invokeExact(state, BPF, command, attributes, size),
        () -> "bpf(" + what + ")");
  }

  /// For all processes, on one processor.
  static long perfEventOpen(MemorySegment attributes, int processor, String what)
      throws IOException {
    int allProcesses = -1;
    int noGroup = -1;
    long closeOnExec = 8;
    return Libc.call(
        state ->
            (long)
                PERF_CALL.invokeExact(
                    state,
                    PERF_EVENT_OPEN,
                    attributes,
                    allProcesses,
                    processor,
                    noGroup,
                    closeOnExec),
        () -> "perf_event_open(" + what + ")");
  }
}
