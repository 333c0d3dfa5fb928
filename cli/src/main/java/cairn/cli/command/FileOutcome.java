package cairn.cli.command;

import cairn.base.bytes.Problem;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonList;
import cairn.cli.shell.ExitCode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// The end of a listing that was printed as it came.
///
/// @param problems what could not be listed
record FileOutcome(List<Problem> problems, List<String> recordWarnings) implements Outcome {
  @Override
  public ExitCode exitCode() {
    return problems.isEmpty() ? ExitCode.ofWarnings(recordWarnings) : ExitCode.of(problems);
  }

  @Override
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>(recordWarnings);
    problems.forEach(problem -> warnings.add(problem.message()));
    return warnings;
  }

  @Override
  public void print(PrintStream out) {}

  @Override
  public Json json() {
    return new Json()
        .putObjects("problems", Describe.problems(problems))
        .putTexts("warnings", recordWarnings);
  }

  @Override
  public String jsonText() {
    return JsonList.end(json());
  }
}
