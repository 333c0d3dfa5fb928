package cairn.filesystem.test;

import cairn.base.test.Seed;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Files that come and go, so that the free space of a file system is in pieces.
public final class Workload {
  private static final int FILES = 240;
  private static final int DIRECTORIES = 12;

  private Workload() {}

  /// Fills about `bytes`, and removes half of the files.
  public static void run(Path directory, long bytes, Seed seed) throws IOException {
    RandomGenerator random = seed.random();
    List<Path> files = new ArrayList<>();
    for (int index = 0; index < FILES; index++) {
      Path folder = directory.resolve("folder-" + random.nextInt(DIRECTORIES));
      Files.createDirectories(folder);
      Path file = folder.resolve("file with a long name, number " + index);
      boolean small = random.nextBoolean();
      int most = small ? 5_000 : (int) (4 * bytes / FILES);
      byte[] content = seed.split(index).bytes(random.nextInt(most));
      try (OutputStream out = Files.newOutputStream(file)) {
        out.write(content);
      }
      files.add(file);
    }
    for (Path file : files) {
      if (random.nextBoolean()) {
        Files.delete(file);
      }
    }
  }

  /// The checksum of each file below a directory.
  public static Map<String, Long> checksums(Path directory) throws IOException {
    Map<String, Long> sums = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .filter(Files::isRegularFile)
          .forEach(file -> sums.put(directory.relativize(file).toString(), checksum(file)));
    }
    return sums;
  }

  private static long checksum(Path file) {
    try {
      CRC32C crc = new CRC32C();
      crc.update(Files.readAllBytes(file));
      return crc.getValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
