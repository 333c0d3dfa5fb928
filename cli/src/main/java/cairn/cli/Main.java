package cairn.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The entry of the program.
@Command(
    name = "cairn",
    description = "Block-level backup of disks and images: live, incremental, verified.",
    version = "cairn 0.1.0",
    mixinStandardHelpOptions = true)
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /// Runs one command to its end.
  ///
  /// @return the exit code
  static int run(String... arguments) {
    return new CommandLine(new Main()).execute(arguments);
  }
}
