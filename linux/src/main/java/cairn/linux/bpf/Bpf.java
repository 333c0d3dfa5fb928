package cairn.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The commands of bpf(2). Offsets are those of `union bpf_attr` and `struct bpf_*_info` in
/// `linux/bpf.h`.
public final class Bpf {
  private static final int PROG_LOAD = 5;
  private static final int OBJ_PIN = 6;
  private static final int OBJ_GET = 7;
  private static final int PROG_GET_FD_BY_ID = 13;
  private static final int OBJ_GET_INFO_BY_FD = 15;
  private static final int RAW_TRACEPOINT_OPEN = 17;
  private static final int LINK_CREATE = 28;

  private static final int ATTACH_RAW_TRACEPOINT = 23;
  private static final int ATTACH_PERF_EVENT = 41;

  private static final int LINK_RAW_TRACEPOINT = 1;
  private static final int LINK_PERF_EVENT = 7;

  private static final int ATTRIBUTES_BYTES = 128;
  private static final int INFO_BYTES = 256;
  private static final int MAPS_MAX = 64;
  private static final int NAME_BYTES = 15;
  private static final int LOG_BYTES = 16 << 20;
  private static final int LOG_SHOWN_LENGTH = 800;

  // The kernel runs what reads its own structures only under a licence that goes with its own.
  private static final String LICENCE = "GPL";

  /// What a program is run by.
  ///
  /// @param number of `enum bpf_prog_type`
  /// @param attachType of `enum bpf_attach_type`, or 0
  /// @param typeId of the tracepoint's type in the kernel's type information, or 0
  public record Kind(int number, int attachType, int typeId) {
    /// Sees a tracepoint's fields as tracefs describes them.
    public static final Kind TRACEPOINT = new Kind(5, 0, 0);

    /// Sees the arguments of a tracepoint, typed.
    ///
    /// @param typeId of `btf_trace_NAME`
    public static Kind typedTracepoint(int typeId) {
      return new Kind(26, ATTACH_RAW_TRACEPOINT, typeId);
    }
  }

  /// What the kernel tells of a program.
  ///
  /// @param name that it was loaded with
  /// @param mapIds of the maps that it uses
  /// @param typed whether it sees typed arguments, and not the record of an event
  public record Program(String name, List<Integer> mapIds, boolean typed) {}

  private Bpf() {}

  /// Whether programs can exchange memory in one step.
  public static boolean exchanges() throws IOException {
    Assembler exchange =
        new Assembler()
            .move(Register.R0, 0)
            .store(Width.LONG, Register.R10, -Long.BYTES, Register.R0)
            .compareAndExchange(Register.R10, -Long.BYTES, Register.R0)
            .exchange(Register.R10, -Long.BYTES, Register.R0)
            .move(Register.R0, 0)
            .exit();
    try {
      load("cairn_probe", Kind.TRACEPOINT, exchange.assemble()).close();
      return true;
    } catch (ProgramRejected e) {
      return false;
    }
  }

  /// @param name for those who list programs, at most 15 letters count
  /// @throws ProgramRejected when the kernel's verifier does not like it
  public static Descriptor load(String name, Kind kind, byte[] instructions) throws IOException {
    boolean again;
    do {
      try {
        return load(name, kind, instructions, MemorySegment.NULL);
      } catch (CallFailed e) {
        again = LockedMemory.wasShort(e);
        if (e.errno() == Errno.EPERM && !again) {
          throw e;
        }
      }
    } while (again);
    // Once more, with a log, which costs the verifier most of its time.
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment log = arena.allocate(LOG_BYTES);
      try {
        return load(name, kind, instructions, log);
      } catch (CallFailed e) {
        throw new ProgramRejected(e, end(log.getString(0)));
      }
    }
  }

  private static Descriptor load(String name, Kind kind, byte[] instructions, MemorySegment log)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_INT, 0, kind.number);
      attributes.set(JAVA_INT, 4, instructions.length / Assembler.INSTRUCTION_BYTES);
      MemorySegment code = arena.allocate(instructions.length, 8);
      code.copyFrom(MemorySegment.ofArray(instructions));
      attributes.set(JAVA_LONG, 8, code.address());
      attributes.set(JAVA_LONG, 16, arena.allocateFrom(LICENCE).address());
      attributes.set(JAVA_INT, 24, log.byteSize() == 0 ? 0 : 1);
      attributes.set(JAVA_INT, 28, (int) log.byteSize());
      attributes.set(JAVA_LONG, 32, log.address());
      setName(attributes, 48, name);
      attributes.set(JAVA_INT, 68, kind.attachType);
      attributes.set(JAVA_INT, 108, kind.typeId);
      return new Descriptor(SystemCall.bpf(PROG_LOAD, attributes, "PROG_LOAD " + name));
    }
  }

  /// Runs a typed tracepoint's program from now on, until the descriptor is closed.
  public static Descriptor attachTyped(Descriptor program) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_INT, 8, program.number());
      return new Descriptor(SystemCall.bpf(RAW_TRACEPOINT_OPEN, attributes, "RAW_TRACEPOINT_OPEN"));
    }
  }

  /// Runs a program at each hit of the event, until the descriptor is closed. Since Linux 5.15.
  public static Descriptor attachToEvent(Descriptor program, Descriptor event) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_INT, 0, program.number());
      attributes.set(JAVA_INT, 4, event.number());
      attributes.set(JAVA_INT, 8, ATTACH_PERF_EVENT);
      return new Descriptor(SystemCall.bpf(LINK_CREATE, attributes, "LINK_CREATE of a perf event"));
    }
  }

  /// Gives a map, program or attachment a name below a bpffs, which keeps it alive.
  public static void pin(Descriptor descriptor, Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_LONG, 0, Libc.pathName(path, arena).address());
      attributes.set(JAVA_INT, 8, descriptor.number());
      SystemCall.bpf(OBJ_PIN, attributes, "OBJ_PIN " + path);
    }
  }

  public static Descriptor openPinned(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_LONG, 0, Libc.pathName(path, arena).address());
      return new Descriptor(SystemCall.bpf(OBJ_GET, attributes, "OBJ_GET " + path));
    }
  }

  /// The program that an attachment runs.
  ///
  /// @throws IOException also when it is no attachment
  public static Program attached(Descriptor attachment) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment link = info(attachment, arena.allocate(INFO_BYTES, 8));
      int type = link.get(JAVA_INT, 0);
      if (type != LINK_RAW_TRACEPOINT && type != LINK_PERF_EVENT) {
        throw new IOException("an attachment of type " + type + " is none of ours");
      }
      try (Descriptor program = programOf(link.get(JAVA_INT, 8))) {
        return program(program, type == LINK_RAW_TRACEPOINT, arena);
      }
    }
  }

  private static Program program(Descriptor program, boolean typed, Arena arena)
      throws IOException {
    MemorySegment ids = arena.allocate(JAVA_INT, MAPS_MAX);
    MemorySegment info = arena.allocate(INFO_BYTES, 8);
    info.set(JAVA_INT, 52, MAPS_MAX);
    info.set(JAVA_LONG, 56, ids.address());
    info(program, info);
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < Math.min(MAPS_MAX, info.get(JAVA_INT, 52)); i++) {
      found.add(ids.getAtIndex(JAVA_INT, i));
    }
    return new Program(info.getString(64, StandardCharsets.US_ASCII), List.copyOf(found), typed);
  }

  static MemorySegment info(Descriptor of, MemorySegment info) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_INT, 0, of.number());
      attributes.set(JAVA_INT, 4, (int) info.byteSize());
      attributes.set(JAVA_LONG, 8, info.address());
      SystemCall.bpf(OBJ_GET_INFO_BY_FD, attributes, "OBJ_GET_INFO_BY_FD");
      return info;
    }
  }

  static MemorySegment setName(MemorySegment attributes, long offset, String name) {
    byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
    int length = Math.min(NAME_BYTES, ascii.length);
    MemorySegment.copy(ascii, 0, attributes, JAVA_BYTE, offset, length);
    return attributes;
  }

  private static Descriptor programOf(int id) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, 8);
      attributes.set(JAVA_INT, 0, id);
      return new Descriptor(
          SystemCall.bpf(PROG_GET_FD_BY_ID, attributes, "PROG_GET_FD_BY_ID " + id));
    }
  }

  private static String end(String log) {
    String text = log.strip();
    return text.substring(Math.max(0, text.length() - LOG_SHOWN_LENGTH));
  }
}
