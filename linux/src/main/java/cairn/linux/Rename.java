package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Gives a finished file its name, durably. The old name must lie in the directory of the new one,
/// or in one that is of no use afterwards. What throws [NameNotStored] has given the name.
public final class Rename {
  private static final int AT_FDCWD = -100;
  private static final int NO_REPLACE = 1;

  private static final MethodHandle RENAMEAT2 =
      Libc.function(
          "renameat2",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));

  private Rename() {}

  /// Whatever had the name before is gone afterwards.
  public static void replacing(Path from, Path to) throws IOException {
    rename(from, to, 0);
    syncDirectory(to);
  }

  /// @throws CallFailed with `EEXIST` when the name is taken; nothing has changed then
  public static void toFreeName(Path from, Path to) throws IOException {
    try {
      rename(from, to, NO_REPLACE);
    } catch (CallFailed e) {
      if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOSYS) {
        throw e;
      }
      // A file system that cannot do both at once, such as NFS: look first, which leaves a gap.
      if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
        throw new CallFailed("rename(" + from + ", " + to + ")", Errno.EEXIST);
      }
      rename(from, to, 0);
    }
    syncDirectory(to);
  }

  private static void rename(Path from, Path to, int flags) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment oldName = Libc.pathName(from, arena);
      MemorySegment newName = Libc.pathName(to, arena);
      Libc.call(
          state -> (int) RENAMEAT2.invokeExact(state, AT_FDCWD, oldName, AT_FDCWD, newName, flags),
          () -> "renameat2(" + from + ", " + to + ", " + flags + ")");
    }
  }

  private static void syncDirectory(Path child) throws IOException {
    Path parent = child.toAbsolutePath().getParent();
    if (parent != null) {
      try (NativeFile directory = NativeFile.open(parent)) {
        directory.sync();
      } catch (IOException e) {
        throw new NameNotStored(child, e);
      }
    }
  }
}
