package cairn.linux.fuse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import cairn.linux.CallFailed;
import cairn.linux.Libc;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `fusermount3`, which mounts for users who may not. It sends the descriptor of `/dev/fuse` over a
/// socket whose number it finds in `_FUSE_COMMFD`.
///
/// *Why not a `ProcessBuilder`.* It closes every descriptor above 2 in what it starts.
public final class Fusermount {
  private static final List<String> NAMES = List.of("fusermount3", "fusermount");
  private static final String IN_USE = "busy";

  // Above the standard streams; in the helper nothing else is open.
  private static final int CHILD_SOCKET = 3;
  private static final int STANDARD_ERROR = 2;

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int O_CLOEXEC = 0x80000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;

  // The C library's types are opaque; theirs is 80 bytes.
  private static final int ACTIONS_BYTES = 512;

  private static final MethodHandle SOCKETPAIR =
      Libc.function(
          "socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle PIPE2 =
      Libc.function("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RECVMSG =
      Libc.function("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle READ =
      Libc.function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle CLOSE =
      Libc.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle ACTIONS_INIT =
      Libc.function("posix_spawn_file_actions_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle ACTIONS_DUP2 =
      Libc.function(
          "posix_spawn_file_actions_adddup2",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle ACTIONS_DESTROY =
      Libc.function("posix_spawn_file_actions_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle SPAWN =
      Libc.function(
          "posix_spawn",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  private static final MethodHandle WAITPID =
      Libc.function("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

  private final String searchPath;

  /// @param searchPath the folders to look for it, as in `PATH`
  public Fusermount(String searchPath) {
    this.searchPath = searchPath;
  }

  /// @param options as after `-o`
  FuseDevice mount(Path directory, String options) throws IOException {
    Path program = program();
    List<String> arguments = List.of(program.toString(), "-o", options, "--", directory.toString());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sockets = arena.allocate(JAVA_INT, 2);
      Libc.call(
          state ->
              (int) SOCKETPAIR.invokeExact(state, AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, sockets),
          () -> "socketpair()");
      int ours = sockets.getAtIndex(JAVA_INT, 0);
      try {
        return new FuseDevice(exchange(arguments, ours, sockets.getAtIndex(JAVA_INT, 1)));
      } finally {
        close(ours);
      }
    }
  }

  /// @return false when it is in use
  boolean unmount(Path directory, boolean lazily) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(program().toString(), lazily ? "-uz" : "-u", "--", directory.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.redirectErrorStream(true).start();
    try (InputStream output = process.getInputStream()) {
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() == 0) {
        return true;
      }
      if (said.contains(IN_USE)) {
        return false;
      }
      throw refused(said);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while unmounting " + directory, e);
    }
  }

  private Path program() throws IOException {
    for (String name : NAMES) {
      for (String folder : searchPath.split(File.pathSeparator, -1)) {
        Path program = Path.of(folder, name);
        if (!folder.isEmpty() && Files.isExecutable(program)) {
          return program;
        }
      }
    }
    throw new IOException(
        "only root may mount without fusermount3, which is not there: install it (Debian: apt"
            + " install fuse3)");
  }

  private static IOException refused(String said) {
    String line = said.strip().lines().findFirst().orElse("fusermount3 failed without a word");
    String advice =
        line.contains("user_allow_other")
            ? ": add a line 'user_allow_other' to /etc/fuse.conf, or leave out --allow-other"
            : "";
    return new IOException("cannot mount: " + line + advice);
  }

  /// Starts the helper and takes what it sends.
  ///
  /// @param theirs closed here
  private static int exchange(List<String> arguments, int ours, int theirs) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pipe = arena.allocate(JAVA_INT, 2);
      int pid;
      try {
        Libc.call(state -> (int) PIPE2.invokeExact(state, pipe, O_CLOEXEC), () -> "pipe2()");
        try {
          pid = spawn(arguments, theirs, pipe.getAtIndex(JAVA_INT, 1));
        } finally {
          close(pipe.getAtIndex(JAVA_INT, 1));
        }
      } finally {
        close(theirs);
      }
      int errors = pipe.getAtIndex(JAVA_INT, 0);
      try {
        int device = receive(ours);
        String said = readAll(errors);
        int status = await(pid);
        if (device < 0) {
          throw refused(said.isBlank() ? "fusermount3 ended with status " + status : said);
        }
        return device;
      } finally {
        close(errors);
      }
    }
  }

  private static int spawn(List<String> arguments, int socket, int errors) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(ACTIONS_BYTES, 16);
      checked(state -> (int) ACTIONS_INIT.invokeExact(state, actions), "file_actions_init");
      try {
        // Copies are open beyond exec, and so is one of a number upon itself.
        checked(
            state -> (int) ACTIONS_DUP2.invokeExact(state, actions, errors, STANDARD_ERROR),
            "file_actions_adddup2");
        checked(
            state -> (int) ACTIONS_DUP2.invokeExact(state, actions, socket, CHILD_SOCKET),
            "file_actions_adddup2");
        MemorySegment pid = arena.allocate(JAVA_INT);
        MemorySegment path = arena.allocateFrom(arguments.getFirst(), StandardCharsets.UTF_8);
        MemorySegment words = strings(arguments, arena);
        List<String> variables = List.of("_FUSE_COMMFD=" + CHILD_SOCKET, "LC_ALL=C");
        MemorySegment environment = strings(variables, arena);
        checked(
            state ->
                (int)
                    SPAWN.invokeExact(
                        state, pid, path, actions, MemorySegment.NULL, words, environment),
            "posix_spawn(" + arguments.getFirst() + ")");
        return pid.get(JAVA_INT, 0);
      } finally {
        checked(state -> (int) ACTIONS_DESTROY.invokeExact(state, actions), "file_actions_destroy");
      }
    }
  }

  /// Of functions that return the error number itself.
  private static void checked(Libc.NativeCall call, String what) throws IOException {
    long errno = Libc.call(call, () -> what);
    if (errno != 0) {
      throw new CallFailed(what, (int) errno);
    }
  }

  private static MemorySegment strings(List<String> texts, Arena arena) {
    MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ADDRESS, i, Libc.text(texts.get(i), arena));
    }
    return array;
  }

  /// One byte with a descriptor beside it: `struct msghdr`, `struct iovec` and `struct cmsghdr` of
  /// 64-bit Linux.
  ///
  /// @return -1 when nothing was sent
  private static int receive(int socket) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vector = arena.allocate(16, 8);
      vector.set(ADDRESS, 0, arena.allocate(1));
      vector.set(JAVA_LONG, 8, 1);
      MemorySegment control = arena.allocate(24, 8);
      MemorySegment message = arena.allocate(56, 8);
      message.set(ADDRESS, 16, vector);
      message.set(JAVA_LONG, 24, 1);
      message.set(ADDRESS, 32, control);
      message.set(JAVA_LONG, 40, control.byteSize());
      long count =
          Libc.call(
              state -> (long) RECVMSG.invokeExact(state, socket, message, MSG_CMSG_CLOEXEC),
              () -> "recvmsg()");
      boolean hasDescriptor =
          message.get(JAVA_LONG, 40) >= 20
              && control.get(JAVA_INT, 8) == SOL_SOCKET
              && control.get(JAVA_INT, 12) == SCM_RIGHTS;
      return count > 0 && hasDescriptor ? control.get(JAVA_INT, 16) : -1;
    }
  }

  private static String readAll(int descriptor) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(4096);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      long count = 1;
      while (count > 0) {
        count =
            Libc.call(
                state -> (long) READ.invokeExact(state, descriptor, buffer, buffer.byteSize()),
                () -> "read(pipe)");
        all.writeBytes(buffer.asSlice(0, count).toArray(JAVA_BYTE));
      }
      return all.toString(StandardCharsets.UTF_8);
    }
  }

  private static int await(int pid) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(JAVA_INT);
      Libc.call(
          state -> (int) WAITPID.invokeExact(state, pid, status, 0), () -> "waitpid(" + pid + ")");
      return status.get(JAVA_INT, 0) >>> 8 & 0xFF;
    }
  }

  private static void close(int descriptor) {
    Libc.errnoOf(state -> (int) CLOSE.invokeExact(state, descriptor));
  }
}
