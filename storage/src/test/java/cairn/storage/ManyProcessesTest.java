package cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Processes that use one directory at once: the lock within this process is of no help to them.
final class ManyProcessesTest {
  private static final int PROCESSES = 3;
  private static final int STEPS = 150;

  /// Counts by replacing, and moves a file to and fro while it lists.
  static final class Counter {
    private Counter() {}

    public static void main(String[] arguments) throws IOException {
      try (Storage storage = DirectoryStorage.open(Path.of(arguments[0]), new SecureRandom())) {
        for (int i = 0; i < STEPS; ) {
          byte[] have = storage.readAll("counter");
          if (storage.replace("counter", have, next(have))) {
            i++;
          }
          storage.move("open/s", "committed/s");
          storage.move("committed/s", "open/s");
          List<Storage.Entry> found = storage.list("");
          if (found.size() != 2) {
            throw new IOException("not two objects but " + found);
          }
        }
      }
    }

    private static byte[] next(byte[] have) {
      int value = Integer.parseInt(new String(have, StandardCharsets.UTF_8));
      return Integer.toString(value + 1).getBytes(StandardCharsets.UTF_8);
    }
  }

  @Test
  void loseNoReplaceAndMissNoMove(@TempDir Path folder) throws Exception {
    try (Storage storage = DirectoryStorage.create(folder, new SecureRandom())) {
      storage.publish("counter", Content.of(new byte[] {'0'}));
      storage.publish("open/s", Content.of(new byte[] {'s'}));
      List<Process> running = new ArrayList<>();
      for (int i = 0; i < PROCESSES; i++) {
        running.add(start(folder));
      }
      for (Process process : running) {
        assertThat(process.waitFor()).isZero();
      }

      assertThat(storage.readAll("counter"))
          .asString(StandardCharsets.UTF_8)
          .isEqualTo("" + PROCESSES * STEPS);
    }
  }

  private static Process start(Path folder) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Counter.class.getName(),
            folder.toString())
        .inheritIO()
        .start();
  }
}
