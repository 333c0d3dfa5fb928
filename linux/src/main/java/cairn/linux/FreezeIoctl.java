package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Freezes and thaws the file system that an open file or directory lies on (`FIFREEZE` and
/// `FITHAW` of `linux/fs.h`). Needs `CAP_SYS_ADMIN`.
public final class FreezeIoctl {
  private static final long FIFREEZE = 0xC0045877L;
  private static final long FITHAW = 0xC0045878L;

  private static final MethodHandle IOCTL =
      Libc.variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
  private static final MethodHandle SYNCFS =
      Libc.function("syncfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private FreezeIoctl() {}

  /// Writes back what is dirty and holds up every writer until [#thaw].
  ///
  /// @throws CallFailed with `EBUSY` when it is frozen, `EOPNOTSUPP` when its type cannot be
  public static void freeze(NativeFile file) throws IOException {
    ioctl(file, FIFREEZE, "FIFREEZE");
  }

  /// @throws CallFailed with `EINVAL` when it is not frozen
  public static void thaw(NativeFile file) throws IOException {
    ioctl(file, FITHAW, "FITHAW");
  }

  /// Writes back what is dirty of the whole file system.
  public static void sync(NativeFile file) throws IOException {
    file.call(
        state -> (int) SYNCFS.invokeExact(state, file.descriptor()),
        () -> "syncfs(" + file.path() + ")");
  }

  private static void ioctl(NativeFile file, long request, String name) throws IOException {
    file.call(
        state -> (int) IOCTL.invokeExact(state, file.descriptor(), request, MemorySegment.NULL),
        () -> "ioctl(" + file.path() + ", " + name + ")");
  }
}
