package cairn.cli;

import cairn.cli.command.Commands;
import cairn.cli.report.Json;
import cairn.cli.shell.Environment;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Failures;
import cairn.cli.shell.Shell;
import cairn.engine.Cancellation;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Runs one command line to its end and turns every failure into one sentence and an exit code.
final class Program {
  private final Shell shell;

  Program(Shell shell) {
    this.shell = shell;
  }

  /// @return the exit code; nothing is thrown
  int run(String... arguments) {
    boolean json = Arrays.asList(arguments).contains("--json");
    try {
      return Commands.suitedTo(arguments, shell)
          .setParameterExceptionHandler((wrong, args) -> misused(wrong, json))
          .setExecutionExceptionHandler((failure, line, parsed) -> failed(failure, json))
          .execute(arguments);
    } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
      return failed(e, json);
    }
  }

  private int misused(ParameterException wrong, boolean json) {
    String what =
        wrong instanceof UnmatchedArgumentException unmatched
            ? unmatched(unmatched)
            : Failures.oneLine(String.valueOf(wrong.getMessage())).replaceFirst("[.]$", "");
    String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
    return end(what + "; see '" + command + " --help'", ExitCode.USAGE, json);
  }

  private static String unmatched(UnmatchedArgumentException wrong) {
    String first = wrong.getUnmatched().getFirst();
    boolean hasCommands = !wrong.getCommandLine().getSubcommands().isEmpty();
    String what =
        first.startsWith("-")
            ? "there is no option '" + first + "'"
            : hasCommands
                ? "there is no command '" + first + "'"
                : "'" + first + "' is one argument too many";
    List<String> similar = wrong.getSuggestions();
    return similar.isEmpty() ? what : what + "; did you mean " + String.join(" or ", similar) + "?";
  }

  private int failed(Throwable failure, boolean json) {
    if (shell.environment().get(Environment.DEBUG).isPresent()) {
      shell.err().print(Failures.trace(failure));
    }
    if (failure instanceof Cancellation.Cancelled) {
      return end("interrupted", ExitCode.INTERRUPTED, json);
    }
    return end(Failures.sentence(failure), ExitCode.of(failure), json);
  }

  private int end(String sentence, ExitCode code, boolean json) {
    shell.out().flush();
    shell.say(sentence);
    if (json) {
      shell.out().println(new Json().put("error", sentence).put("exitCode", code.number()));
      shell.out().flush();
    }
    return code.number();
  }
}
