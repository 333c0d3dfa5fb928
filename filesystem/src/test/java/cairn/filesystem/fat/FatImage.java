package cairn.filesystem.fat;

import cairn.base.test.Seed;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.Proof;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// A FAT that mtools filled with the files of a directory, apart from some that were removed again,
/// so that its chains are in pieces. Not every kernel mounts a FAT.
///
/// @param files what is in it
record FatImage(Path path, Path files) {
  private static final List<String> NAMES =
      List.of(
          "README.TXT",
          "readme.md",
          "Mixed Case Name.txt",
          "UPPER.low",
          "Grüße.txt",
          "日本語の名前",
          "a.b.c.d",
          ".hidden",
          "no extension at all but long",
          "plus+comma,equals=semicolon;[brackets].x",
          "percent%20 & more",
          "x".repeat(150),
          "y".repeat(13),
          "z".repeat(26) + ".yy",
          "NOEXT",
          "ÄÖÜ");

  static FatImage make(Path directory, String command, long bytes, Seed seed) throws IOException {
    Path image = FilledImage.sparse(directory.resolve("image"), bytes);
    Proof.check(command, image);
    Path files = Files.createTempDirectory(directory, "files");
    Path gone = Files.createTempDirectory(directory, "gone");
    RandomGenerator random = seed.random();
    for (int index = 0; index < 60; index++) {
      Files.write(gone.resolve("gone" + index), seed.split(index).bytes(random.nextInt(9_000)));
    }
    fill(files, random);
    mtools("mcopy", image, gone + "/*");
    mtools("mcopy -s -m", image, files + "/big");
    for (int index = 0; index < 60; index += 2) {
      mtools("mdel", image, "::gone" + index);
    }
    mtools("mcopy -s -m", image, files + "/names " + files + "/deep " + files + "/empty");
    mtools("mcopy -m", image, files + "/top.bin");
    mtools("mdel", image, "'::gone*'");
    mtools("mattrib +r", image, "::names/NOEXT");
    return new FatImage(image, files);
  }

  private static void fill(Path files, RandomGenerator random) throws IOException {
    Path names = Files.createDirectory(files.resolve("names"));
    for (String name : NAMES) {
      write(names.resolve(name), random, 3_000);
    }
    Path big = Files.createDirectory(files.resolve("big"));
    for (int index = 0; index < 150; index++) {
      write(big.resolve("File number " + index), random, index % 10 == 0 ? 5_000 : 2);
    }
    Path deep = files.resolve("deep");
    for (int level = 0; level < 40; level++) {
      deep = deep.resolve("level" + level);
    }
    Files.createDirectories(deep);
    write(deep.resolve("bottom"), random, 10);
    Files.createDirectory(files.resolve("empty"));
    write(files.resolve("top.bin"), random, 400_000);
    try (Stream<Path> all = Files.walk(files)) {
      for (Path each : all.toList()) {
        long seconds = Instant.parse("1999-12-31T23:59:58Z").getEpochSecond();
        Files.setLastModifiedTime(
            each, FileTime.from(Instant.ofEpochSecond(seconds + 2L * random.nextInt(400_000_000))));
      }
    }
  }

  private static void write(Path file, RandomGenerator random, int most) throws IOException {
    byte[] content = new byte[random.nextInt(most)];
    random.nextBytes(content);
    Files.write(file, content);
  }

  /// Runs one of the mtools with `::` as its last argument unless it names one itself.
  static void mtools(String command, Path image, String arguments) throws IOException {
    String target = arguments.contains("::") ? "" : " ::";
    String environment = "TZ=UTC LC_ALL=C.UTF-8 MTOOLS_SKIP_CHECK=1 ";
    int space = (command + " ").indexOf(' ');
    Command.run(
        "sh",
        "-c",
        environment
            + command.substring(0, space)
            + " -i '"
            + image
            + "'"
            + command.substring(space)
            + " "
            + arguments
            + target);
  }
}
