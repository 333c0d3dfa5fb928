package cairn.linux.test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A program of the system that a test needs; its failure is the test's failure.
public final class Command {
  private Command() {}

  /// @return what it printed, without the blanks around it
  public static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(List.of(command) + " failed: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + List.of(command), e);
    }
    return output.strip();
  }
}
