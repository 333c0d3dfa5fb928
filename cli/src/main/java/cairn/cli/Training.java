package cairn.cli;

import cairn.cli.shell.Shell;
import cairn.cli.shell.Terminal;
import cairn.engine.Cancellation;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// A typical run of the program, made at build time: the classes that it loads, how they were
/// linked, and which of their methods are hot, go into the AOT cache with which every later run
/// starts.
public final class Training {
  private static final int IMAGE_BYTES = 24 << 20;
  private static final int PIECE_BYTES = 32 << 10;

  private final Path folder;
  private final Program program;

  private Training(Path folder) {
    this.folder = folder;
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    // Errors are seen in the log of the build.
    Shell.Streams streams = new Shell.Streams(nowhere, System.err);
    this.program = new Program(Wiring.shell(streams, Terminal.NOBODY, new Cancellation()));
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("cairn-training");
    try {
      Training training = new Training(folder);
      training.run();
      for (String image : arguments) {
        training.lookInside(image);
      }
    } finally {
      remove(folder);
    }
    // As the program ends, because ending loads classes too.
    System.exit(0);
  }

  private void run() throws IOException {
    Path image = folder.resolve("disk.img");
    String repository = folder.resolve("repository").toString();
    byte[] content = mixedContent();
    Files.write(image, content);
    good("--version");
    good("--help");
    good("init", "-r", repository);
    good("backup", "-r", repository, image.toString());
    for (int round = 0; round < 3; round++) {
      change(content, round);
      Files.write(image, content);
      good("backup", "-r", repository, image.toString(), "--json");
    }
    good("backup", "-r", repository, image.toString(), "--parent", "none");
    good("snapshots", "-r", repository);
    good("show", "-r", repository, "latest");
    good("diff", "-r", repository, "latest", "latest");
    good("check", "-r", repository);
    good("check", "-r", repository, "--read-data");
    good("stats", "-r", repository, "--json");
    String copy = folder.resolve("copy.img").toString();
    good("restore", "-r", repository, "latest", copy);
    good("restore", "-r", repository, "latest", copy, "--force", "--verify");
    String qcow2 = folder.resolve("copy.qcow2").toString();
    good("export", "-r", repository, "latest", qcow2);
    good("export", "-r", repository, "latest", qcow2, "--force", "--compress");
    good("forget", "-r", repository, "--keep-last", "2", "--dry-run");
    good("forget", "-r", repository, "--keep-last", "2", "--gc");
    good("forget", "-r", repository, "--keep-last", "1");
    good("gc", "-r", repository, "--unused-limit", "0");
    good("storage", "probe", "-r", repository);
  }

  /// @param image with a file system that is clean
  private void lookInside(String image) {
    for (int round = 0; round < 2; round++) {
      good("fsck", image);
    }
    good("df", image);
    good("ls", image + ":/");
    // Who is not root may not be allowed to give everything its owner.
    program.run(new String[] {"cp", image + ":/", folder.resolve("copied").toString()});
  }

  private void good(String... arguments) {
    int exitCode = program.run(arguments);
    if (exitCode != 0) {
      throw new IllegalStateException(
          Arrays.toString(arguments) + " of the training run ended with " + exitCode);
    }
  }

  /// Zeros, text and noise, as a disk has them; the same each time.
  private static byte[] mixedContent() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] content = new byte[IMAGE_BYTES];
    for (int piece = 0; piece < IMAGE_BYTES / PIECE_BYTES; piece++) {
      byte[] bytes = new byte[PIECE_BYTES];
      if (piece % 4 == 1) {
        random.nextBytes(bytes);
      } else if (piece % 4 != 0) {
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) ('a' + random.nextInt(1 + (i >> 4) % 20));
        }
      }
      System.arraycopy(bytes, 0, content, piece * PIECE_BYTES, PIECE_BYTES);
    }
    return content;
  }

  private static void change(byte[] content, int round) {
    for (int offset = round * 1000; offset < content.length; offset += 700_000) {
      content[offset]++;
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
