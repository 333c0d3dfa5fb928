package cairn.engine;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Runs programs of this machine that know more of their file systems and volumes than Cairn.
public final class Programs {
  /// Where they are on machines whose `PATH` leaves out those for administrators.
  private static final List<String> ELSEWHERE = List.of("/usr/sbin", "/sbin");

  private Programs() {}

  /// Where a program is.
  public static Optional<Path> find(String name) {
    List<String> folders = new ArrayList<>();
    String path = System.getenv("PATH");
    if (path != null) {
      folders.addAll(List.of(path.split(File.pathSeparator, -1)));
    }
    folders.addAll(ELSEWHERE);
    return folders.stream()
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// Runs a program to its end.
  ///
  /// @return what it printed
  /// @throws IOException with what it printed, unless it ended with 0
  public static String run(String... command) throws IOException {
    return run(0, command);
  }

  /// @param exitCodeMax the highest that is no failure
  public static String run(int exitCodeMax, String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command));
    String name = command[0];
    Path program =
        find(name).orElseThrow(() -> new IOException("there is no program " + name + " here"));
    words.set(0, program.toString());
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try (InputStream output = process.getInputStream()) {
      process.getOutputStream().close();
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() > exitCodeMax) {
        throw new IOException(
            name + " failed with exit code " + process.exitValue() + ": " + oneLine(said));
      }
      return said;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + name + " ran", e);
    } finally {
      process.destroy();
    }
  }

  private static String oneLine(String said) {
    return said.isEmpty() ? "it gave no reason" : said.replaceAll("\\s+", " ");
  }
}
