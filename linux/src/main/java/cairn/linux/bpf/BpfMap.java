package cairn.linux.bpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import cairn.linux.CallFailed;
import cairn.linux.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Memory that programs of the kernel and processes share.
///
/// @param descriptor keeps it alive
/// @param shape of it
public record BpfMap(Descriptor descriptor, Shape shape) implements AutoCloseable {
  /// As `struct bpf_map_info` of `linux/bpf.h` tells it.
  ///
  /// @param type of `enum bpf_map_type`
  /// @param entries that there is room for
  public record Shape(int type, int keyBytes, int valueBytes, int entries, int flags) {
    private static final int HASH = 1;
    private static final int ARRAY = 2;
    private static final int ARRAY_OF_MAPS = 12;
    private static final int MAPPABLE = 1 << 10;

    public static Shape hash(int keyBytes, int valueBytes, int entries) {
      return new Shape(HASH, keyBytes, valueBytes, entries, 0);
    }

    /// An array whose values, of a multiple of 8 bytes, lie in memory one after the other.
    public static Shape array(int valueBytes, int entries) {
      return new Shape(ARRAY, Integer.BYTES, valueBytes, entries, MAPPABLE);
    }

    /// An array of whole pages, each an entry, that lie in memory one after the other.
    public static Shape pages(int entries) {
      return array(PAGE_BYTES, entries);
    }
  }

  public static final int PAGE_BYTES = 4096;

  private static final int MAP_CREATE = 0;
  private static final int MAP_UPDATE_ELEM = 2;
  private static final int ATTRIBUTES_BYTES = 72;
  private static final int INFO_BYTES = 128;

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;

  private static final MethodHandle MMAP =
      Libc.function(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      Libc.function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

  public static BpfMap create(String name, Shape shape) throws IOException {
    return create(name, shape, 0);
  }

  /// An array of one place for a map that is like `example`.
  public static BpfMap holder(String name, BpfMap example) throws IOException {
    Shape shape = new Shape(Shape.ARRAY_OF_MAPS, Integer.BYTES, Integer.BYTES, 1, 0);
    return create(name, shape, example.descriptor.number());
  }

  /// @param pinned a descriptor that belongs to the map from now on
  public static BpfMap of(Descriptor pinned) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = Bpf.info(pinned, arena.allocate(INFO_BYTES, 8));
      Shape shape =
          new Shape(
              info.get(JAVA_INT, 0),
              info.get(JAVA_INT, 8),
              info.get(JAVA_INT, 12),
              info.get(JAVA_INT, 16),
              info.get(JAVA_INT, 20));
      return new BpfMap(pinned, shape);
    }
  }

  /// The kernel's own number of it.
  public int id() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return Bpf.info(descriptor, arena.allocate(INFO_BYTES, 8)).get(JAVA_INT, 4);
    }
  }

  /// Puts a map into a [#holder]. When this returns, no program is running that was running before:
  /// the kernel promises it for exactly this kind of update (`maybe_wait_bpf_programs`).
  public void hold(BpfMap map) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_INT, 0, descriptor.number());
      attributes.set(JAVA_LONG, 8, arena.allocateFrom(JAVA_INT, 0).address());
      attributes.set(
          JAVA_LONG, 16, arena.allocateFrom(JAVA_INT, map.descriptor.number()).address());
      SystemCall.bpf(MAP_UPDATE_ELEM, attributes, "MAP_UPDATE_ELEM");
    }
  }

  /// All its pages, until the arena is closed.
  public MemorySegment map(Arena arena, boolean writable) throws IOException {
    long bytes = (long) shape.entries * shape.valueBytes;
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    int number = descriptor.number();
    // An address of the upper half would look like an error; user space has none.
    long address =
        Libc.call(
            state ->
                (long)
                    MMAP.invokeExact(
                        state, MemorySegment.NULL, bytes, protection, MAP_SHARED, number, 0L),
            () -> "mmap(" + bytes + " bytes of a BPF map)");
    return MemorySegment.ofAddress(address).reinterpret(bytes, arena, BpfMap::unmap);
  }

  @Override
  public void close() throws IOException {
    descriptor.close();
  }

  private static void unmap(MemorySegment pages) {
    int errno = Libc.errnoOf(state -> (int) MUNMAP.invokeExact(state, pages, pages.byteSize()));
    if (errno != 0) {
      throw new IllegalStateException("munmap: " + cairn.linux.Errno.describe(errno));
    }
  }

  private static BpfMap create(String name, Shape shape, int example) throws IOException {
    try {
      return tryCreate(name, shape, example);
    } catch (CallFailed e) {
      if (!LockedMemory.wasShort(e)) {
        throw e;
      }
      return tryCreate(name, shape, example);
    }
  }

  private static BpfMap tryCreate(String name, Shape shape, int example) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_INT, 0, shape.type);
      attributes.set(JAVA_INT, 4, shape.keyBytes);
      attributes.set(JAVA_INT, 8, shape.valueBytes);
      attributes.set(JAVA_INT, 12, shape.entries);
      attributes.set(JAVA_INT, 16, shape.flags);
      attributes.set(JAVA_INT, 20, example);
      Bpf.setName(attributes, 28, name);
      String what =
          "MAP_CREATE "
              + name
              + ", "
              + shape.entries
              + " entries of "
              + shape.valueBytes
              + " bytes";
      return new BpfMap(new Descriptor(SystemCall.bpf(MAP_CREATE, attributes, what)), shape);
    }
  }
}
