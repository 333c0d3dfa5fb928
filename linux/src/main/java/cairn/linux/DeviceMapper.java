package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Asks the kernel's device-mapper, by `/dev/mapper/control` and `struct dm_ioctl` of
/// `linux/dm-ioctl.h`; changes nothing. Needs `CAP_SYS_ADMIN`.
///
/// | offset | bytes | field                                        |
/// |-------:|------:|----------------------------------------------|
/// |      0 |    12 | version: 4, 0, 0                             |
/// |     12 |     4 | data_size, of all that is passed             |
/// |     16 |     4 | data_start, where the answer begins          |
/// |     20 |     4 | target_count                                 |
/// |     28 |     4 | flags                                        |
/// |     40 |     8 | dev, as `new_encode_dev` puts it             |
/// |     48 |   257 | name and uuid, left empty: dev says it       |
/// |    312 |       | the answer                                   |
public final class DeviceMapper implements DmTables, AutoCloseable {
  private static final Path CONTROL = Path.of("/dev/mapper/control");
  private static final long DM_TABLE_STATUS = 0xC138FD0CL;
  private static final long DM_LIST_VERSIONS = 0xC138FD0DL;
  private static final int HEADER_BYTES = 312;
  private static final int STATUS_TABLE_FLAG = 1 << 4;
  private static final int BUFFER_FULL_FLAG = 1 << 8;
  private static final int SECURE_DATA_FLAG = 1 << 15;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int BUFFER_BYTES_MAX = 1 << 28;

  private static final MethodHandle IOCTL =
      Libc.variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));

  private final NativeFile control;

  private DeviceMapper(NativeFile control) {
    this.control = control;
  }

  /// @throws IOException that says so when this kernel has no device-mapper, or hides it
  public static DeviceMapper open() throws IOException {
    return open(CONTROL);
  }

  static DeviceMapper open(Path control) throws IOException {
    try {
      return new DeviceMapper(NativeFile.open(control, NativeFile.Option.WRITE));
    } catch (CallFailed e) {
      throw switch (e.errno()) {
        case Errno.ENOENT ->
            new IOException("this kernel offers no device-mapper: there is no " + control, e);
        // The name is there from the start, in case that a module comes.
        case Errno.ENODEV, Errno.ENXIO ->
            new IOException("this kernel offers no device-mapper: nobody answers " + control, e);
        default -> e;
      };
    }
  }

  @Override
  public List<DmTarget> table(DeviceNumber device) throws IOException {
    int flags = STATUS_TABLE_FLAG | SECURE_DATA_FLAG;
    return ask(
        "DM_TABLE_STATUS " + device,
        DM_TABLE_STATUS,
        header -> {
          header.set(JAVA_INT, 28, flags);
          header.set(JAVA_LONG, 40, encode(device));
        },
        answer -> DmTable.decode(answer.data(), answer.header().get(JAVA_INT, 20)));
  }

  /// The names of the targets that the kernel has at the moment. More may come as modules.
  public Set<String> targets() throws IOException {
    return ask(
        "DM_LIST_VERSIONS", DM_LIST_VERSIONS, header -> {}, answer -> targetNames(answer.data()));
  }

  @Override
  public void close() throws IOException {
    control.close();
  }

  /// As `struct dm_target_versions` lists them: next (4 bytes), version (12), name.
  static Set<String> targetNames(MemorySegment data) {
    Set<String> names = new LinkedHashSet<>();
    long at = 0;
    int next;
    do {
      next = data.get(JAVA_INT_UNALIGNED, at);
      names.add(data.getString(at + 16));
      at += next;
    } while (next > 0);
    names.remove("");
    return names;
  }

  /// `new_encode_dev` of `linux/kdev_t.h`.
  static long encode(DeviceNumber device) {
    long minor = Integer.toUnsignedLong(device.minor());
    return (minor & 0xff) | ((long) device.major() << 8) | ((minor & ~0xffL) << 12);
  }

  private <T> T ask(String name, long request, Question question, Reader<T> reader)
      throws IOException {
    for (int bytes = BUFFER_BYTES; bytes <= BUFFER_BYTES_MAX; bytes *= 4) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment buffer = arena.allocate(bytes, 8);
        try {
          buffer.set(JAVA_INT, 0, 4);
          buffer.set(JAVA_INT, 12, bytes);
          buffer.set(JAVA_INT, 16, HEADER_BYTES);
          question.fill(buffer);
          control.call(
              state -> (int) IOCTL.invokeExact(state, control.descriptor(), request, buffer),
              () -> "ioctl(" + control.path() + ", " + name + ")");
          if ((buffer.get(JAVA_INT, 28) & BUFFER_FULL_FLAG) == 0) {
            return reader.read(Answer.of(buffer));
          }
        } finally {
          // It may hold keys.
          buffer.fill((byte) 0);
        }
      }
    }
    throw new IOException("the answer to " + name + " is longer than " + BUFFER_BYTES_MAX);
  }

  private record Answer(MemorySegment header, MemorySegment data) {
    static Answer of(MemorySegment buffer) {
      return new Answer(buffer, buffer.asSlice(buffer.get(JAVA_INT, 16)));
    }
  }

  private interface Question {
    void fill(MemorySegment header);
  }

  private interface Reader<T> {
    T read(Answer answer) throws IOException;
  }
}
