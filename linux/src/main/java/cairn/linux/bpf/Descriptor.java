package cairn.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import cairn.linux.CallFailed;
import cairn.linux.Libc;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/// Keeps a map, a program, an event or an attachment alive until it is closed.
public final class Descriptor implements AutoCloseable {
  private static final MethodHandle CLOSE =
      Libc.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final int number;
  private boolean closed;

  Descriptor(long number) {
    this.number = (int) number;
  }

  /// For a call of the same thread, or of one that knows it open otherwise.
  synchronized int number() {
    if (closed) {
      throw new IllegalStateException("descriptor " + number + " is closed");
    }
    return number;
  }

  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    int errno = Libc.errnoOf(state -> (int) CLOSE.invokeExact(state, number));
    if (errno != 0) {
      throw new CallFailed("close(" + number + ")", errno);
    }
  }
}
