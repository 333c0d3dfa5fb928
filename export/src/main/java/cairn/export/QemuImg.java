package cairn.export;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The program `qemu-img`. It counts as gone well when it ended with 0 and had nothing to complain
/// about: an exit status that nobody looked at has cost others their data.
public final class QemuImg {
  private static final long LOOK_MILLIS = 100;

  private final String program;
  private final Check check;

  /// Asked again and again while the program runs.
  public interface Check {
    /// @throws IOException when the program is to be ended
    void check() throws IOException;
  }

  /// @param program its name or path
  public QemuImg(String program, Check check) {
    this.program = program;
    this.check = check;
  }

  /// @throws IOException in one sentence when there is no such program
  public void expectPresent() throws IOException {
    run("--version");
  }

  /// @param from an image of qcow2
  public void convert(Path from, Path to, ImageKind kind) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("convert", "-f", "qcow2", "-O", kind.word()));
    if (kind == ImageKind.VPC) {
      // Else the disk becomes larger, to fit cylinders that nobody counts in any more.
      arguments.addAll(List.of("-o", "force_size=on"));
    }
    arguments.addAll(List.of(name(from), name(to)));
    run(arguments.toArray(String[]::new));
  }

  /// @throws IOException also when a guest sees something else in them
  public void compare(Path from, Path to, ImageKind kind) throws IOException {
    run("compare", "-f", "qcow2", "-F", kind.word(), name(from), name(to));
  }

  private void run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    String what = program + " " + arguments[0];
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LC_ALL", "C");
    Process process = start(builder);
    try {
      process.getOutputStream().close();
      CompletableFuture<String> out = text(process.getInputStream());
      CompletableFuture<String> err = text(process.getErrorStream());
      while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        check.check();
      }
      String said = (err.join() + " " + (process.exitValue() == 0 ? "" : out.join())).strip();
      if (process.exitValue() != 0 || !said.isEmpty()) {
        String why = said.isEmpty() ? "no reason given" : said.replaceAll("\\s+", " ");
        throw new IOException(what + " failed with exit code " + process.exitValue() + ": " + why);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + what + " ran", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private Process start(ProcessBuilder builder) throws IOException {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new IOException(
          "there is no program "
              + program
              + ", which makes images of this kind: install it, or"
              + " export to qcow2 or raw",
          e);
    }
  }

  private static CompletableFuture<String> text(java.io.InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("qemu-img")
        .start(() -> {
          try {
            text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
          } catch (IOException e) {
            text.complete("what it said could not be read: " + e.getMessage());
          }
        });
    return text;
  }

  /// A colon in a name would have a meaning of its own.
  private static String name(Path path) {
    return "file:" + path;
  }
}
