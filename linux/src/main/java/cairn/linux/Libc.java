package cairn.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.function.Supplier;

/// The way into the C library, for the rooms of `linux` alone. The handles that it makes take, as
/// first argument, the segment that receives `errno`; [#call] provides it.
public final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> CAPTURED =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  // The JDK decodes the bytes of a path by this charset, so it is the one that gives them back.
  static final Charset PATH_CHARSET =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  /// A call of one handle with its arguments.
  public interface NativeCall {
    long run(MemorySegment captured) throws Throwable;
  }

  private Libc() {}

  public static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"));
  }

  /// As [#function], for functions declared with `...` after `fixed` arguments.
  public static MethodHandle variadic(String name, int fixed, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(fixed));
  }

  /// Calls again while a signal interrupts.
  ///
  /// @param what the call and its arguments, for the message
  /// @throws CallFailed when the result is negative
  public static long call(NativeCall call, Supplier<String> what) throws IOException {
    long result;
    int errno = 0;
    do {
      result = once(call);
      errno = result < 0 ? (int) ERRNO.get(CAPTURED.get(), 0L) : 0;
    } while (errno == Errno.EINTR);
    if (result < 0) {
      throw new CallFailed(what.get(), errno);
    }
    return result;
  }

  /// Calls once, whatever comes of it, and gives the error number instead of failing; 0 when good.
  public static int errnoOf(NativeCall call) {
    return once(call) < 0 ? (int) ERRNO.get(CAPTURED.get(), 0L) : 0;
  }

  /// A string as names of files are written.
  public static MemorySegment text(String text, Arena arena) {
    return arena.allocateFrom(text, PATH_CHARSET);
  }

  public static MemorySegment pathName(Path path, Arena arena) {
    return arena.allocateFrom(path.toString(), PATH_CHARSET);
  }

  private static long once(NativeCall call) {
    try {
      return call.run(CAPTURED.get());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException("a handle does not fit its function", t);
    }
  }
}
