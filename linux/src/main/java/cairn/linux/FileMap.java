package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/// Where a file's content lies on the device of its file system, by `FS_IOC_FIEMAP`
/// (`linux/fiemap.h`), as of this moment: the file system may move what is written again.
///
/// | offset | bytes | field of `struct fiemap`              |
/// |-------:|------:|---------------------------------------|
/// |      0 |     8 | fm_start                              |
/// |      8 |     8 | fm_length                             |
/// |     16 |     4 | fm_flags                              |
/// |     20 |     4 | fm_mapped_extents                     |
/// |     24 |     4 | fm_extent_count                       |
/// |     32 |       | the extents, 56 bytes each            |
///
/// | offset | bytes | field of `struct fiemap_extent`       |
/// |-------:|------:|---------------------------------------|
/// |      0 |     8 | fe_logical                            |
/// |      8 |     8 | fe_physical                           |
/// |     16 |     8 | fe_length                             |
/// |     40 |     4 | fe_flags                              |
public final class FileMap {
  /// A piece of a file that lies in one piece on the device, in bytes.
  ///
  /// @param offset in the file
  /// @param deviceOffset on the device of the file system
  public record Piece(long offset, long deviceOffset, long length) {}

  private static final long FS_IOC_FIEMAP = 0xC020660BL;
  private static final int FLAG_SYNC = 1;
  private static final int HEADER_BYTES = 32;
  private static final int EXTENT_BYTES = 56;
  private static final int EXTENTS_MAX = 1024;
  private static final int LAST = 1;

  // Unknown, delayed, inline, in a tail: no whole blocks of its own. Such pieces are left out.
  private static final int WITHOUT_PLACE = 0x2 | 0x4 | 0x200 | 0x400;

  private static final int STATFS_BYTES = 120;
  private static final long EXT_MAGIC = 0xEF53;
  private static final long XFS_MAGIC = 0x58465342;

  private static final MethodHandle IOCTL =
      Libc.variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
  private static final MethodHandle FSTATFS =
      Libc.function("fstatfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  private FileMap() {}

  /// The pieces of the file in its own order, after what is dirty of it has been written.
  ///
  /// @throws CallFailed with `EOPNOTSUPP` when the file system does not tell, or tells something
  ///   else than places on its device, as btrfs does; ext2, ext3, ext4 and XFS tell
  public static List<Piece> of(NativeFile file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      requireDeviceOffsets(file, arena);
      MemorySegment request = arena.allocate(HEADER_BYTES + EXTENTS_MAX * EXTENT_BYTES, 8);
      List<Piece> pieces = new ArrayList<>();
      long from = 0;
      while (from >= 0) {
        ask(file, request, from);
        from = collect(request, pieces);
      }
      return pieces;
    }
  }

  private static void requireDeviceOffsets(NativeFile file, Arena arena) throws IOException {
    MemorySegment result = arena.allocate(STATFS_BYTES, 8);
    file.call(
        state -> (int) FSTATFS.invokeExact(state, file.descriptor(), result),
        () -> "fstatfs(" + file.path() + ")");
    long magic = result.get(JAVA_LONG, 0);
    if (magic != EXT_MAGIC && magic != XFS_MAGIC) {
      throw new CallFailed(name(file), Errno.EOPNOTSUPP);
    }
  }

  private static void ask(NativeFile file, MemorySegment request, long from) throws IOException {
    request.asSlice(0, HEADER_BYTES).fill((byte) 0);
    request.set(JAVA_LONG, 0, from);
    request.set(JAVA_LONG, 8, Long.MAX_VALUE - from);
    request.set(JAVA_INT, 16, FLAG_SYNC);
    request.set(JAVA_INT, 24, EXTENTS_MAX);
    file.call(
        state -> (int) IOCTL.invokeExact(state, file.descriptor(), FS_IOC_FIEMAP, request),
        () -> name(file));
  }

  /// Returns where to ask on, or -1 behind the last.
  private static long collect(MemorySegment answer, List<Piece> pieces) {
    int count = Math.min(answer.get(JAVA_INT, 20), EXTENTS_MAX);
    long next = -1;
    for (int index = 0; index < count; index++) {
      MemorySegment extent = answer.asSlice(HEADER_BYTES + (long) index * EXTENT_BYTES);
      long offset = extent.get(JAVA_LONG, 0);
      long length = extent.get(JAVA_LONG, 16);
      int flags = extent.get(JAVA_INT, 40);
      if ((flags & WITHOUT_PLACE) == 0) {
        pieces.add(new Piece(offset, extent.get(JAVA_LONG, 8), length));
      }
      next = (flags & LAST) != 0 || length <= 0 ? -1 : offset + length;
    }
    return next;
  }

  private static String name(NativeFile file) {
    return "ioctl(" + file.path() + ", FS_IOC_FIEMAP)";
  }
}
