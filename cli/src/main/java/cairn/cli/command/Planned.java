package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.cli.shell.ExitCode;
import cairn.engine.resize.ResizePlan;
import java.io.PrintStream;
import java.util.List;

/// What would go where; nothing was written.
record Planned(ResizePlan plan, List<String> warnings) implements Outcome {
  @Override
  public ExitCode exitCode() {
    return ExitCode.ofWarnings(warnings);
  }

  @Override
  public void print(PrintStream out) {
    PlanText.print(plan, out);
    out.println("Nothing was written.");
  }

  @Override
  public Json json() {
    return new Json().putObjects("plan", PlanText.json(plan)).putTexts("warnings", warnings);
  }
}
