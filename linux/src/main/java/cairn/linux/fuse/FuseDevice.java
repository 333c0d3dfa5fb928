package cairn.linux.fuse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A descriptor of `/dev/fuse` that belongs to one mount. Several threads may receive and send at
/// once; closing comes last, when none does.
final class FuseDevice implements AutoCloseable {
  static final String PATH = "/dev/fuse";

  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;

  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle OPEN =
      Libc.variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle READ = Libc.function("read", TRANSFER);
  private static final MethodHandle WRITE = Libc.function("write", TRANSFER);
  private static final MethodHandle CLOSE =
      Libc.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final int descriptor;

  FuseDevice(int descriptor) {
    this.descriptor = descriptor;
  }

  static FuseDevice open() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(PATH);
      return new FuseDevice(
          (int)
              Libc.call(
                  state -> (int) OPEN.invokeExact(state, path, O_RDWR | O_CLOEXEC, 0),
                  () -> "open(" + PATH + ")"));
    }
  }

  int descriptor() {
    return descriptor;
  }

  /// Waits for a request.
  ///
  /// @param buffer of 8192 bytes at least
  /// @return its length; -1 when nothing is mounted any more
  long receive(MemorySegment buffer) throws IOException {
    while (true) {
      try {
        return Libc.call(
            state -> (long) READ.invokeExact(state, descriptor, buffer, buffer.byteSize()),
            () -> "read(" + PATH + ")");
      } catch (CallFailed e) {
        if (e.errno() == Errno.ENODEV || e.errno() == Errno.ECONNABORTED) {
          return -1;
        }
        // Whoever asked was interrupted before this read the request.
        if (e.errno() != Errno.ENOENT && e.errno() != Errno.EAGAIN) {
          throw e;
        }
      }
    }
  }

  /// @return false when nobody waits for this answer any more
  boolean send(MemorySegment answer) throws IOException {
    try {
      Libc.call(
          state -> (long) WRITE.invokeExact(state, descriptor, answer, answer.byteSize()),
          () -> "write(" + PATH + ", " + answer.byteSize() + " bytes)");
      return true;
    } catch (CallFailed e) {
      if (e.errno() == Errno.ENOENT
          || e.errno() == Errno.ENODEV
          || e.errno() == Errno.ECONNABORTED) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    int errno = Libc.errnoOf(state -> (int) CLOSE.invokeExact(state, descriptor));
    if (errno != 0) {
      throw new CallFailed("close(" + PATH + ")", errno);
    }
  }
}
