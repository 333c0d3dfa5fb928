package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.cli.shell.ExitCode;
import java.io.PrintStream;
import java.util.List;

/// What came of a command.
public interface Outcome {
  default ExitCode exitCode() {
    return ExitCode.ofWarnings(warnings());
  }

  /// What a person should know; printed in any case, each as a sentence on standard error.
  default List<String> warnings() {
    return List.of();
  }

  void print(PrintStream out);

  Json json();

  /// The line of JSON, or what is left of one of which a part is printed already.
  default String jsonText() {
    return json().toString();
  }
}
