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
import java.nio.file.Path;
import java.time.Instant;

/// What the kernel says of a file, by `statx`, whose layout (`linux/stat.h`) is the same
/// everywhere:
///
/// | offset | bytes | field                                     |
/// |-------:|------:|-------------------------------------------|
/// |     28 |     2 | stx_mode                                  |
/// |     32 |     8 | stx_ino                                   |
/// |     40 |     8 | stx_size                                  |
/// |     48 |     8 | stx_blocks, of 512 bytes                  |
/// |    112 |    12 | stx_mtime: seconds, nanoseconds           |
/// |    128 |     8 | stx_rdev_major, stx_rdev_minor            |
/// |    136 |     8 | stx_dev_major, stx_dev_minor              |
///
/// @param type what it is, symbolic links followed
/// @param sizeBytes of a regular file; 0 for a device, see [BlockIoctl#sizeBytes]
/// @param allocatedBytes the space it takes
/// @param modified when its content was last written to, by the clock of its file system
/// @param device the number of the device that it is, `0:0` when it is none
/// @param fileSystem the number of the device that it lies on
/// @param inode its number there
public record FileStatus(
    Type type,
    long sizeBytes,
    long allocatedBytes,
    Instant modified,
    DeviceNumber device,
    DeviceNumber fileSystem,
    long inode) {

  /// The types that matter here.
  public enum Type {
    REGULAR,
    DIRECTORY,
    BLOCK_DEVICE,
    CHARACTER_DEVICE,
    OTHER
  }

  private static final int BYTES = 256;
  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_BASIC_STATS = 0x7ff;

  private static final MethodHandle STATX =
      Libc.function(
          "statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));

  /// @throws CallFailed also when there is no such file
  public static FileStatus of(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = Libc.pathName(path, arena);
      MemorySegment result = arena.allocate(BYTES, 8);
      Libc.call(
          state -> (int) STATX.invokeExact(state, AT_FDCWD, name, 0, STATX_BASIC_STATS, result),
          () -> "statx(" + path + ")");
      return decode(result);
    }
  }

  /// Of an open descriptor.
  static FileStatus of(int descriptor, String path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment empty = arena.allocateFrom("");
      MemorySegment result = arena.allocate(BYTES, 8);
      Libc.call(
          state ->
              (int)
                  STATX.invokeExact(
                      state, descriptor, empty, AT_EMPTY_PATH, STATX_BASIC_STATS, result),
          () -> "statx(" + path + ")");
      return decode(result);
    }
  }

  /// Whether both are the same file, under whatever names.
  public boolean isSameFile(FileStatus other) {
    return inode == other.inode && fileSystem.equals(other.fileSystem);
  }

  private static FileStatus decode(MemorySegment result) {
    return new FileStatus(
        type(result.get(JAVA_SHORT, 28) & 0xF000),
        result.get(JAVA_LONG, 40),
        result.get(JAVA_LONG, 48) * 512,
        Instant.ofEpochSecond(result.get(JAVA_LONG, 112), result.get(JAVA_INT, 120)),
        new DeviceNumber(result.get(JAVA_INT, 128), result.get(JAVA_INT, 132)),
        new DeviceNumber(result.get(JAVA_INT, 136), result.get(JAVA_INT, 140)),
        result.get(JAVA_LONG, 32));
  }

  private static Type type(int format) {
    return switch (format) {
      case 0x8000 -> Type.REGULAR;
      case 0x4000 -> Type.DIRECTORY;
      case 0x6000 -> Type.BLOCK_DEVICE;
      case 0x2000 -> Type.CHARACTER_DEVICE;
      default -> Type.OTHER;
    };
  }
}
