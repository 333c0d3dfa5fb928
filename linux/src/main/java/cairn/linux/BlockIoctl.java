package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The `ioctl` calls of `linux/fs.h` on an open block device.
public final class BlockIoctl {
  private static final long BLKROGET = 0x125e;
  private static final long BLKFLSBUF = 0x1261;
  private static final long BLKSSZGET = 0x1268;
  private static final long BLKPBSZGET = 0x127b;
  private static final long BLKZEROOUT = 0x127f;
  private static final long BLKGETSIZE64 = 0x80081272L;

  private static final MethodHandle IOCTL =
      Libc.variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));

  private BlockIoctl() {}

  public static long sizeBytes(NativeFile device) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_LONG);
      ioctl(device, BLKGETSIZE64, "BLKGETSIZE64", value);
      return value.get(JAVA_LONG, 0);
    }
  }

  /// The unit of direct transfers: 512, 4096, seldom more.
  public static int logicalSectorBytes(NativeFile device) throws IOException {
    return number(device, BLKSSZGET, "BLKSSZGET");
  }

  /// The unit that the device writes without reading it first.
  public static int physicalSectorBytes(NativeFile device) throws IOException {
    return number(device, BLKPBSZGET, "BLKPBSZGET");
  }

  public static boolean isReadOnly(NativeFile device) throws IOException {
    return number(device, BLKROGET, "BLKROGET") != 0;
  }

  /// Writes back and drops what the kernel caches of the device.
  public static void flushBuffers(NativeFile device) throws IOException {
    ioctl(device, BLKFLSBUF, "BLKFLSBUF", MemorySegment.NULL);
  }

  /// Makes whole sectors read as zeros, keeping their space.
  static void zeroOut(NativeFile device, long offset, long length) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment range = arena.allocateFrom(JAVA_LONG, offset, length);
      ioctl(device, BLKZEROOUT, "BLKZEROOUT " + length + " bytes at " + offset, range);
    }
  }

  private static int number(NativeFile device, long request, String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      ioctl(device, request, name, value);
      return value.get(JAVA_INT, 0);
    }
  }

  private static void ioctl(NativeFile device, long request, String name, MemorySegment argument)
      throws IOException {
    device.call(
        state -> (int) IOCTL.invokeExact(state, device.descriptor(), request, argument),
        () -> "ioctl(" + device.path() + ", " + name + ")");
  }
}
