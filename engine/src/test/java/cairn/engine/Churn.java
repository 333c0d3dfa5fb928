package cairn.engine;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Somebody who writes to a file system: files come, grow, shrink, are overwritten and go.
final class Churn {
  private static final int FILES = 40;

  private final Path folder;
  private final RandomGenerator chance;
  private volatile boolean going;
  private volatile @Nullable IOException failure;
  private @Nullable Thread thread;

  Churn(Path folder, RandomGenerator chance) {
    this.folder = folder;
    this.chance = chance;
  }

  void step() throws IOException {
    Path file = folder.resolve("file" + chance.nextInt(FILES));
    switch (chance.nextInt(8)) {
      case 0 -> Files.deleteIfExists(file);
      case 1 -> change(file, opened -> opened.setLength(chance.nextInt(1 << 20)));
      default ->
          change(
              file,
              opened -> {
                byte[] bytes = new byte[1 + chance.nextInt(100_000)];
                chance.nextBytes(bytes);
                opened.seek(chance.nextInt(1 << 20));
                opened.write(bytes);
                if (chance.nextInt(10) == 0) {
                  opened.getFD().sync();
                }
              });
    }
  }

  private interface Change {
    void make(RandomAccessFile opened) throws IOException;
  }

  private static void change(Path file, Change change) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      change.make(opened);
    }
  }

  void start() {
    going = true;
    Thread started = Thread.ofPlatform().start(this::run);
    thread = started;
  }

  private void run() {
    try {
      while (going) {
        step();
        Thread.sleep(2);
      }
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void stop() throws IOException {
    going = false;
    Thread started = thread;
    if (started != null) {
      try {
        started.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    IOException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }
}
