package cairn.cli.command;

import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Shell;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `cairn completion`.
@Command(
    name = "completion",
    header = "Print the script by which bash and zsh complete commands and options.",
    footer = {
      "%nExamples:",
      "  source <(cairn completion)",
      "  cairn completion > /etc/bash_completion.d/cairn",
    },
    sortOptions = false,
    synopsisHeading = "Usage: ")
final class CompletionCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and end.")
  boolean help;

  CompletionCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    shell.out().print(AutoComplete.bash("cairn", Commands.all(shell)));
    shell.out().flush();
    return ExitCode.GOOD.number();
  }
}
