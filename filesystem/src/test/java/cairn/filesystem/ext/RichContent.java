package cairn.filesystem.ext;

import cairn.base.test.Seed;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/// Files of every kind, with everything that a file can have.
final class RichContent {
  private RichContent() {}

  static void fill(Path root, int names, Seed seed) throws IOException {
    RandomGenerator random = seed.random();
    bigDirectory(root.resolve("big"), names);
    deepDirectories(root.resolve("deep"));
    sparse(root.resolve("sparse"), 5L << 30);
    fragmented(root, random);
    special(root);
    attributes(root);
    for (int index = 0; index < 40; index++) {
      Files.write(root.resolve("small-" + index), seed.split(index).bytes(random.nextInt(9000)));
    }
    for (int index = 0; index < 40; index += 3) {
      Files.delete(root.resolve("small-" + index));
    }
  }

  private static void bigDirectory(Path directory, int names) throws IOException {
    Files.createDirectory(directory);
    for (int index = 0; index < names; index++) {
      Files.createFile(directory.resolve("a name of some length that takes space, " + index));
    }
    for (int index = 0; index < names; index += 7) {
      Files.delete(directory.resolve("a name of some length that takes space, " + index));
    }
  }

  private static void deepDirectories(Path directory) throws IOException {
    Path at = directory;
    for (int level = 0; level < 24; level++) {
      at = at.resolve("level " + level);
    }
    Files.createDirectories(at);
    Files.writeString(at.resolve("bottom"), "here");
  }

  private static void sparse(Path file, long size) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.write(1);
      access.seek(size / 3);
      access.write(new byte[5000]);
      access.setLength(size);
    }
  }

  /// Two files with so many holes that their maps need blocks of their own.
  private static void fragmented(Path root, RandomGenerator random) throws IOException {
    byte[] piece = new byte[1024];
    try (RandomAccessFile one = new RandomAccessFile(root.resolve("one").toFile(), "rw");
        RandomAccessFile other = new RandomAccessFile(root.resolve("other").toFile(), "rw")) {
      for (int index = 0; index < 200; index++) {
        random.nextBytes(piece);
        one.seek(index * 8192L);
        one.write(piece);
        other.seek(index * 8192L + 4096);
        other.write(piece);
      }
    }
  }

  private static void special(Path root) throws IOException {
    Command.run("mkfifo", root.resolve("fifo").toString());
    Command.run("mknod", root.resolve("block").toString(), "b", "8", "17");
    Command.run("mknod", root.resolve("character").toString(), "c", "300", "70000");
    Files.createSymbolicLink(root.resolve("short link"), Path.of("small-1"));
    Files.createSymbolicLink(root.resolve("long link"), Path.of("x".repeat(300)));
    Files.createSymbolicLink(root.resolve("link of 59"), Path.of("y".repeat(59)));
    Files.createSymbolicLink(root.resolve("link of 60"), Path.of("z".repeat(60)));
    Path hard = root.resolve("hard");
    Files.writeString(hard, "several names");
    Files.createLink(root.resolve("hard too"), hard);
    Files.createLink(root.resolve("deep").resolve("hard three"), hard);
    Files.writeString(root.resolve("odd \n name \\ \u00e4\u20ac \"'"), "odd");
    Files.createFile(root.resolve("n".repeat(255)));
    Command.run("chown", "70000:80000", root.resolve("hard").toString());
    Command.run("chmod", "6751", root.resolve("one").toString());
    Command.run("touch", "-d", "1901-12-14 01:02:03.123456789", root.resolve("fifo").toString());
    Command.run("touch", "-d", "2040-05-06 07:08:09.987654321", root.resolve("other").toString());
  }

  private static void attributes(Path root) throws IOException {
    String hard = root.resolve("hard").toString();
    set(hard, "user.small", "value");
    set(root.resolve("one").toString(), "user.empty", "");
    set(root.resolve("one").toString(), "trusted.large", "t".repeat(700));
    set(root.resolve("one").toString(), "security.other", "s");
    set(root.resolve("deep").toString(), "user.directory", "d".repeat(90));
    Command.run("setfacl", "-m", "u:1234:rw,g:4321:x", hard);
    Command.run("setfacl", "-d", "-m", "g:77:rx", root.resolve("deep").toString());
  }

  static void set(String file, String name, String value) throws IOException {
    Command.run("setfattr", "-h", "-n", name, "-v", value, file);
  }
}
