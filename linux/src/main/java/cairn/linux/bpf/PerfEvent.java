package cairn.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import cairn.linux.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Tracepoints as perf events (`struct perf_event_attr`, `linux/perf_event.h`).
public final class PerfEvent {
  private static final int TYPE_TRACEPOINT = 2;
  private static final int ATTRIBUTES_BYTES = 64;
  private static final long SET_BPF = 0x40042408L;
  private static final long ENABLE = 0x2400;

  private static final MethodHandle IOCTL =
      Libc.variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

  private PerfEvent() {}

  /// An event on one processor is enough: a program that hangs on it runs on all of them.
  public static Descriptor open(Tracepoint tracepoint) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_INT, 0, TYPE_TRACEPOINT);
      attributes.set(JAVA_INT, 4, ATTRIBUTES_BYTES);
      attributes.set(JAVA_LONG, 8, tracepoint.id());
      return new Descriptor(SystemCall.perfEventOpen(attributes, 0, tracepoint.name()));
    }
  }

  /// For kernels without attachments of their own: the program runs until the event is closed.
  public static void run(Descriptor event, Descriptor program) throws IOException {
    ioctl(event, SET_BPF, program.number(), "PERF_EVENT_IOC_SET_BPF");
  }

  public static void enable(Descriptor event) throws IOException {
    ioctl(event, ENABLE, 0, "PERF_EVENT_IOC_ENABLE");
  }

  private static void ioctl(Descriptor event, long request, long argument, String name)
      throws IOException {
    int number = event.number();
    Libc.call(
        state -> (int) IOCTL.invokeExact(state, number, request, argument),
        () -> "ioctl(perf event, " + name + ")");
  }
}
