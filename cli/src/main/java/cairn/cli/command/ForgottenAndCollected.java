package cairn.cli.command;

import cairn.cli.report.Json;
import java.io.PrintStream;
import java.util.List;

/// What was forgotten, which was shown already, and what was given back by that.
record ForgottenAndCollected(Forgotten forgotten, Collected collected) implements Outcome {
  @Override
  public List<String> warnings() {
    return forgotten.warnings();
  }

  @Override
  public void print(PrintStream out) {
    collected.print(out);
  }

  @Override
  public Json json() {
    return forgotten.json().put("gc", collected.json());
  }
}
