package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// Mounts those file systems of the kernel that show only itself.
public final class FileSystemMount {
  private static final long NO_SUID_NO_DEV_NO_EXEC = 2 | 4 | 8;

  private static final MethodHandle MOUNT =
      Libc.function(
          "mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

  private FileSystemMount() {}

  /// @param type `tracefs` or `bpf`
  public static void mount(String type, Path directory) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(type);
      MemorySegment target = Libc.pathName(directory, arena);
      Libc.call(
          state ->
              (int)
                  MOUNT.invokeExact(
                      state, name, target, name, NO_SUID_NO_DEV_NO_EXEC, MemorySegment.NULL),
          () -> "mount(" + type + ", " + directory + ")");
    }
  }
}
