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
import java.time.Duration;

/// Waits for standard input until a time is over, by `poll` and a `timerfd` (`linux/timerfd.h`).
/// The kernel keeps the time, a suspended machine's included, so that neither an interrupted call
/// nor a clock that is set puts it off.
public final class Countdown implements AutoCloseable {
  private static final int STANDARD_INPUT = 0;
  private static final int CLOCK_BOOTTIME = 7;
  private static final int TFD_CLOEXEC = 0x80000;
  private static final short POLLIN = 1;
  private static final int POLLFD_BYTES = 8;
  private static final int REVENTS = 6;
  private static final int ITIMERSPEC_BYTES = 32;
  private static final int FOREVER = -1;

  private static final MethodHandle TIMERFD_CREATE =
      Libc.function("timerfd_create", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle TIMERFD_SETTIME =
      Libc.function(
          "timerfd_settime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle POLL =
      Libc.function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle CLOSE =
      Libc.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final Arena arena = Arena.ofShared();
  private final MemorySegment polled = arena.allocate(2 * POLLFD_BYTES, 8);
  private final MemorySegment time = arena.allocate(ITIMERSPEC_BYTES, 8);
  private final int timer;

  public Countdown() throws IOException {
    timer =
        (int)
            Libc.call(
                state -> (int) TIMERFD_CREATE.invokeExact(state, CLOCK_BOOTTIME, TFD_CLOEXEC),
                () -> "timerfd_create(CLOCK_BOOTTIME)");
    watch(0, STANDARD_INPUT);
    watch(POLLFD_BYTES, timer);
  }

  /// Counts from now, in place of what was counted before.
  ///
  /// @param duration more than nothing
  public void start(Duration duration) throws IOException {
    set(duration);
  }

  public void stop() throws IOException {
    set(Duration.ZERO);
  }

  /// Returns true when there is input, or its end; false when the time is over, input or not, and
  /// again at once until [#start] or [#stop].
  public boolean awaitInput() throws IOException {
    Libc.call(
        state -> (int) POLL.invokeExact(state, polled, 2L, FOREVER), () -> "poll(input, timer)");
    return polled.get(JAVA_SHORT, POLLFD_BYTES + REVENTS) == 0;
  }

  @Override
  public void close() {
    Libc.errnoOf(state -> (int) CLOSE.invokeExact(state, timer));
    arena.close();
  }

  private void watch(long at, int descriptor) {
    polled.set(JAVA_INT, at, descriptor);
    polled.set(JAVA_SHORT, at + 4, POLLIN);
  }

  private void set(Duration duration) throws IOException {
    time.set(JAVA_LONG, 16, duration.getSeconds());
    time.set(JAVA_LONG, 24, duration.getNano());
    Libc.call(
        state -> (int) TIMERFD_SETTIME.invokeExact(state, timer, 0, time, MemorySegment.NULL),
        () -> "timerfd_settime(" + duration + ")");
  }
}
