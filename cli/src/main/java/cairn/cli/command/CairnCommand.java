package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.shell.Shell;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What all commands have: work that comes to an outcome, shown as text or as one JSON object.
@Command(sortOptions = false, synopsisHeading = "Usage: ", optionListHeading = "%nOptions:%n")
abstract class CairnCommand implements Callable<Integer> {
  static final String JSON_OPTION = "--json";

  private final Shell shell;

  @Option(
      names = JSON_OPTION,
      order = 100,
      description = "Print one JSON object on standard output instead of text.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      order = 101,
      usageHelp = true,
      description = "Show this help and end.")
  boolean help;

  CairnCommand(Shell shell) {
    this.shell = shell;
  }

  /// Does the work.
  abstract Outcome run() throws IOException, CorruptData;

  final boolean isJson() {
    return json;
  }

  final Shell shell() {
    return shell;
  }

  @Override
  public final Integer call() throws IOException, CorruptData {
    Outcome outcome = run();
    if (json) {
      shell.out().println(outcome.jsonText());
    } else {
      outcome.print(shell.out());
    }
    shell.out().flush();
    outcome.warnings().forEach(shell::warn);
    return outcome.exitCode().number();
  }
}
