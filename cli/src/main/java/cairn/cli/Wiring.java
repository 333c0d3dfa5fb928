package cairn.cli;

import cairn.cli.shell.Environment;
import cairn.cli.shell.Shell;
import cairn.cli.shell.Terminal;
import cairn.cli.shell.Version;
import cairn.engine.Cancellation;
import cairn.engine.Surroundings;
import cairn.repository.session.Owner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The one place where clock, chance and the identity of this process come from.
final class Wiring {
  private static final Path KERNEL = Path.of("/proc/sys/kernel");

  /// Each takes some 20 MiB, and few repositories keep more of them busy.
  private static final int THREADS_MAX = 8;

  private Wiring() {}

  static Shell shell(Shell.Streams streams, Terminal terminal, Cancellation cancellation) {
    return new Shell(
        streams,
        terminal,
        new Environment(System.getenv(), isRoot()),
        once(Wiring::surroundings),
        cancellation);
  }

  static Surroundings surroundings() {
    Owner owner =
        new Owner(
            read("hostname", "localhost"),
            read("random/boot_id", "") + ":" + processNamespace(),
            ProcessHandle.current().pid(),
            Version.PROGRAM);
    return new Surroundings(
        InstantSource.system(),
        new SecureRandom(),
        owner,
        Math.min(Runtime.getRuntime().availableProcessors(), THREADS_MAX));
  }

  static boolean isRoot() {
    try {
      return Objects.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("there is no /proc: mount it", e);
    }
  }

  /// What process ids are to be told apart by beside the kernel: those of a container are its own.
  private static String processNamespace() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static String read(String name, String otherwise) {
    try {
      return Files.readString(KERNEL.resolve(name)).strip();
    } catch (IOException e) {
      return otherwise;
    }
  }

  private static <T> Supplier<T> once(Supplier<T> source) {
    return new Supplier<>() {
      private @Nullable T value;

      @Override
      public synchronized T get() {
        if (value == null) {
          value = source.get();
        }
        return value;
      }
    };
  }
}
