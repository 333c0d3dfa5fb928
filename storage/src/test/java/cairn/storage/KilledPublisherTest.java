package cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process is killed while it publishes, moves and replaces, again and again.
final class KilledPublisherTest {
  private static final int ROUNDS = 4;

  /// What is killed: publishes objects, moves each, and says when it is done with one.
  static final class Publisher {
    private Publisher() {}

    public static void main(String[] arguments) throws IOException {
      RandomGenerator chance = new SecureRandom();
      try (Storage storage = DirectoryStorage.open(Path.of(arguments[0]), chance)) {
        for (int i = 0; ; i++) {
          String name = arguments[1] + "-" + i;
          storage.publish("packs/" + name, Content.of(checked(chance, i % 9 * 300_000)));
          storage.publish("open/" + name, Content.of(checked(chance, 100)));
          storage.move("open/" + name, "committed/" + name);
          storage.replace("config", storage.readAll("config"), checked(chance, 5_000));
          System.out.println(name);
        }
      }
    }
  }

  private static byte[] checked(RandomGenerator chance, int size) {
    ByteBuffer bytes = ByteBuffer.allocate(size + 8);
    chance.nextBytes(bytes.array());
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, size);
    bytes.putLong(size, crc.getValue());
    return bytes.array();
  }

  private static boolean isWhole(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - 8);
    return ByteBuffer.wrap(bytes).getLong(bytes.length - 8) == crc.getValue();
  }

  @Test
  void everyObjectIsWholeAndNoneThatWasReportedIsMissing(@TempDir Path folder, Seed seed)
      throws Exception {
    RandomGenerator chance = seed.random();
    Set<String> reported = new HashSet<>();
    try (DirectoryStorage storage = DirectoryStorage.create(folder, new SecureRandom())) {
      storage.publish("config", Content.of(checked(chance, 10)));
      for (int round = 0; round < ROUNDS; round++) {
        reported.addAll(runAndKill(folder, round, chance.nextInt(5, 60)));
        checkAll(storage, reported);
      }
      assertThat(storage.removeLitter(Instant.MAX)).isLessThanOrEqualTo(2 * ROUNDS);
      checkAll(storage, reported);
    }
  }

  private static Set<String> runAndKill(Path folder, int round, int objects) throws Exception {
    Process publisher =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Publisher.class.getName(),
                folder.toString(),
                "" + round)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Set<String> reported = new HashSet<>();
    try (BufferedReader output = publisher.inputReader()) {
      String line = output.readLine();
      while (line != null) {
        reported.add(line);
        if (reported.size() == objects) {
          publisher.toHandle().destroyForcibly(); // unlike the process, leaves its output open
        }
        line = output.readLine();
      }
    } finally {
      publisher.destroyForcibly();
    }
    assertThat(publisher.waitFor()).isEqualTo(128 + 9);
    return reported;
  }

  private static void checkAll(Storage storage, Set<String> reported) throws IOException {
    List<String> names = storage.list("").stream().map(Storage.Entry::name).toList();
    for (String name : names) {
      assertThat(isWhole(storage.readAll(name))).as(name).isTrue();
    }
    for (String name : reported) {
      assertThat(names).contains("packs/" + name, "committed/" + name);
      assertThat(names).doesNotContain("open/" + name);
    }
  }
}
