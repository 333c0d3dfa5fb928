package cairn.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// An open directory, in which nodes are made by name. A name is bytes without a slash; one that is
/// a symbolic link is never followed, and one that is taken is never written to.
///
/// Calls may come from several threads; closing comes last, when none is under way.
public final class Directory implements Closeable {
  private static final int AT_FDCWD = -100;
  private static final int O_WRONLY = 1;
  private static final int O_CREAT = 0x40;
  private static final int O_EXCL = 0x80;
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_PATH = 0x200000;
  private static final int O_DIRECTORY = isArm() ? 0x4000 : 0x10000;
  private static final int O_NOFOLLOW = isArm() ? 0x8000 : 0x20000;
  private static final int MODE_OWNER_ONLY = 0600;
  private static final int MODE_DIRECTORY_OWNER_ONLY = 0700;

  private static final MethodHandle OPENAT =
      Libc.variadic(
          "openat", 3, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle MKDIRAT =
      Libc.function("mkdirat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle MKNODAT =
      Libc.function(
          "mknodat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG));
  private static final MethodHandle SYMLINKAT =
      Libc.function("symlinkat", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
  private static final MethodHandle LINKAT =
      Libc.function(
          "linkat",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle UNLINKAT =
      Libc.function("unlinkat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

  private final String path;
  private final OpenNode node;

  private Directory(String path, int descriptor) {
    this.path = path;
    this.node = new OpenNode(path, descriptor);
  }

  private static boolean isArm() {
    return "aarch64".equals(System.getProperty("os.arch"));
  }

  /// Opens a directory as a person names it: symbolic links are followed.
  public static Directory open(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = Libc.pathName(path, arena);
      return new Directory(
          path.toString(), open(AT_FDCWD, name, O_DIRECTORY, "open(" + path + ")"));
    }
  }

  /// Opens a directory that lies in this one.
  ///
  /// @throws CallFailed with `ENOTDIR` or `ELOOP` when it is something else
  public Directory enter(byte[] name) throws IOException {
    String full = pathOf(name);
    int descriptor = openAt(name, O_DIRECTORY | O_NOFOLLOW, full);
    return new Directory(full, descriptor);
  }

  /// Opens this directory once more.
  public Directory again() throws IOException {
    int descriptor = openAt(new byte[] {'.'}, O_DIRECTORY, path);
    return new Directory(path, descriptor);
  }

  /// Makes a directory, for its owner alone.
  ///
  /// @throws CallFailed with `EEXIST` when the name is taken
  public void makeDirectory(byte[] name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = text(name, arena);
      Libc.call(
          state ->
              (int) MKDIRAT.invokeExact(state, node.descriptor(), text, MODE_DIRECTORY_OWNER_ONLY),
          () -> "mkdirat(" + pathOf(name) + ")");
    }
  }

  /// Makes an empty file, for its owner alone, and opens it for writing.
  ///
  /// @throws CallFailed with `EEXIST` when the name is taken
  public OpenNode makeFile(byte[] name) throws IOException {
    String full = pathOf(name);
    return new OpenNode(full, openAt(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, full));
  }

  /// @throws CallFailed with `EEXIST` when the name is taken
  public void makeSymbolicLink(byte[] name, byte[] target) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = text(target, arena);
      MemorySegment text = text(name, arena);
      Libc.call(
          state -> (int) SYMLINKAT.invokeExact(state, to, node.descriptor(), text),
          () -> "symlinkat(" + pathOf(name) + ")");
    }
  }

  /// Makes a FIFO, a socket or a device, for its owner alone.
  ///
  /// @param type the bits of the mode that say what it is, such as `0x1000`
  /// @throws CallFailed with `EEXIST` when the name is taken, `EPERM` when this process may not
  ///   make devices
  public void makeNode(byte[] name, int type, DeviceNumber device) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = text(name, arena);
      int mode = type | MODE_OWNER_ONLY;
      long number = encode(device);
      Libc.call(
          state -> (int) MKNODAT.invokeExact(state, node.descriptor(), text, mode, number),
          () -> "mknodat(" + pathOf(name) + ", " + device + ")");
    }
  }

  /// Gives a node of another directory a further name in this one.
  public void makeLink(byte[] name, Directory there, byte[] nameThere) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = text(nameThere, arena);
      MemorySegment to = text(name, arena);
      Libc.call(
          state ->
              (int)
                  LINKAT.invokeExact(
                      state, there.node.descriptor(), from, node.descriptor(), to, 0),
          () -> "linkat(" + there.pathOf(nameThere) + ", " + pathOf(name) + ")");
    }
  }

  /// Holds a node of any kind, to set what is kept of it beside its content.
  public OpenNode hold(byte[] name) throws IOException {
    String full = pathOf(name);
    return new OpenNode(full, openAt(name, O_PATH | O_NOFOLLOW, full));
  }

  /// Removes a name, unless it is a directory's.
  public void remove(byte[] name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = text(name, arena);
      Libc.call(
          state -> (int) UNLINKAT.invokeExact(state, node.descriptor(), text, 0),
          () -> "unlinkat(" + pathOf(name) + ")");
    }
  }

  /// To set what is kept of the directory itself.
  public OpenNode node() {
    return node;
  }

  @Override
  public void close() throws IOException {
    node.close();
  }

  @Override
  public String toString() {
    return path;
  }

  private int openAt(byte[] name, int flags, String full) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return open(node.descriptor(), text(name, arena), flags, "openat(" + full + ")");
    }
  }

  private static int open(int directory, MemorySegment name, int flags, String what)
      throws IOException {
    int all = flags | O_CLOEXEC;
    return (int)
        Libc.call(
            state -> (int) OPENAT.invokeExact(state, directory, name, all, MODE_OWNER_ONLY),
            () -> what);
  }

  private String pathOf(byte[] name) {
    return path + (path.endsWith("/") ? "" : "/") + readable(name);
  }

  /// The bytes of the last part of a path; empty for the root.
  public static byte[] nameOf(Path path) {
    Path name = path.getFileName();
    return name == null ? new byte[0] : name.toString().getBytes(Libc.PATH_CHARSET);
  }

  static String readable(byte[] name) {
    return new String(name, StandardCharsets.UTF_8);
  }

  static MemorySegment text(byte[] bytes, Arena arena) {
    MemorySegment text = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, text, JAVA_BYTE, 0, bytes.length);
    return text;
  }

  /// As `makedev` of the C library does.
  private static long encode(DeviceNumber device) {
    long major = Integer.toUnsignedLong(device.major());
    long minor = Integer.toUnsignedLong(device.minor());
    return (major & 0xFFFFF000L) << 32
        | (major & 0xFFFL) << 8
        | (minor & 0xFFFFFF00L) << 12
        | (minor & 0xFFL);
  }
}
