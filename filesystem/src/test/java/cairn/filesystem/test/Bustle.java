package cairn.filesystem.test;

import cairn.base.test.Seed;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// What users do to a file system: one thing after another, as chance has it. That there is no room
/// for something is part of it. What was removed while open is gone when this is closed.
public final class Bustle implements AutoCloseable {
  private static final Set<String> NORMAL =
      Set.of(
          "No space left on device",
          "Disk quota exceeded",
          "File too large",
          "Too many links",
          "Argument list too long",
          "Operation not supported",
          "File name too long");

  private final Path root;
  private final RandomGenerator random;
  private final List<Path> directories = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();
  private final List<FileChannel> removed = new ArrayList<>();
  private int names;

  /// @param directory an empty one is made in it
  public Bustle(Path directory, Seed seed) throws IOException {
    this.random = seed.random();
    this.root = Files.createTempDirectory(directory, "bustle");
    directories.add(root);
    create();
  }

  /// @return whether the file system took all of it, and did not go away
  public boolean run(int steps) throws IOException {
    for (int step = 0; step < steps; step++) {
      try {
        step();
      } catch (IOException e) {
        if (isGone(e)) {
          return false;
        }
        if (!isNormal(e)) {
          throw e;
        }
      }
    }
    return true;
  }

  private static boolean isGone(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("Input/output error") || message.contains("Read-only file system");
  }

  private static boolean isNormal(IOException e) {
    String message = String.valueOf(e.getMessage());
    return e instanceof FileAlreadyExistsException || NORMAL.stream().anyMatch(message::contains);
  }

  private void step() throws IOException {
    switch (random.nextInt(16)) {
      case 0, 1, 2 -> create();
      case 3 -> directory();
      case 4 -> write();
      case 5 -> resize();
      case 6 -> remove();
      case 7 -> rename();
      case 8 -> link();
      case 9 -> symbolicLink();
      case 10, 11 -> attribute();
      case 12 -> sync();
      case 13 -> removeOpen();
      case 14 -> manyNames();
      default -> removeDirectory();
    }
  }

  private Path newName() {
    Path directory = directories.get(random.nextInt(directories.size()));
    int length = random.nextInt(6) == 0 ? 200 + random.nextInt(40) : 1 + random.nextInt(30);
    return directory.resolve(names++ + "-" + "n".repeat(length));
  }

  private Path file() {
    return files.get(random.nextInt(files.size()));
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(random.nextInt(8) == 0 ? 400_000 : 7_000)];
    if (random.nextBoolean()) {
      random.nextBytes(bytes);
    }
    return bytes;
  }

  private void create() throws IOException {
    Path path = newName();
    files.add(path);
    Files.createFile(path);
    Files.write(path, bytes());
  }

  private void directory() throws IOException {
    Path path = newName();
    Files.createDirectory(path);
    directories.add(path);
  }

  private void write() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
      long far = random.nextInt(4) == 0 ? 1L << random.nextInt(20, 33) : 100_000;
      file.seek(random.nextLong(far));
      file.write(bytes());
      for (int piece = random.nextInt(3) * 30; piece > 0; piece--) {
        file.seek(random.nextLong(1 << 20));
        file.write(piece);
      }
    }
  }

  private void resize() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
      file.setLength(random.nextBoolean() ? random.nextLong(file.length() + 1) : 1L << 22);
    }
  }

  private void remove() throws IOException {
    if (files.size() > 1) {
      Files.deleteIfExists(files.remove(random.nextInt(files.size())));
    }
  }

  private void rename() throws IOException {
    Path from = files.remove(random.nextInt(files.size()));
    Path to = random.nextBoolean() && !files.isEmpty() ? files.removeFirst() : newName();
    files.add(from);
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    files.removeLast();
    files.add(to);
  }

  private void link() throws IOException {
    Path path = newName();
    Files.createLink(path, file());
    files.add(path);
  }

  private void symbolicLink() throws IOException {
    Files.createSymbolicLink(newName(), Path.of("s".repeat(1 + random.nextInt(900))));
  }

  private void attribute() throws IOException {
    Path path = random.nextBoolean() ? file() : directories.getLast();
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<String> present = view.list();
    if (!present.isEmpty() && random.nextInt(3) == 0) {
      view.delete(present.getFirst());
    } else {
      int most = random.nextInt(4) == 0 ? 3_000 : 100;
      view.write("name" + random.nextInt(40), ByteBuffer.allocate(random.nextInt(most)));
    }
  }

  private void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes()));
      channel.force(random.nextBoolean());
    }
  }

  private void removeOpen() throws IOException {
    Path path = newName();
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    removed.add(channel);
    channel.write(ByteBuffer.wrap(bytes()));
    Files.delete(path);
  }

  private void manyNames() throws IOException {
    Path directory = directories.get(random.nextInt(directories.size()));
    int count = random.nextInt(90);
    for (int index = 0; index < count; index++) {
      Path path = directory.resolve(names++ + " of many names in a directory");
      Files.createFile(path);
      if (index % 3 != 0) {
        files.add(path);
      }
    }
  }

  private void removeDirectory() throws IOException {
    if (directories.size() > 4) {
      Path directory = directories.get(1 + random.nextInt(directories.size() - 1));
      directories.removeIf(each -> each.startsWith(directory));
      files.removeIf(each -> each.startsWith(directory));
      try (var all = Files.walk(directory)) {
        for (Path each : all.toList().reversed()) {
          Files.delete(each);
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
      if (files.isEmpty()) {
        create();
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : removed) {
      channel.close();
    }
  }
}
