package cairn.cli;

import cairn.cli.shell.ControllingTerminal;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Interruption;
import cairn.cli.shell.Shell;
import cairn.cli.shell.StandardOutput;
import cairn.engine.Cancellation;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;

/// The entry of the program.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    ControllingTerminal terminal = new ControllingTerminal();
    Cancellation cancellation = new Cancellation();
    Interruption interruption = new Interruption(cancellation, terminal);
    interruption.install();
    StandardOutput output = StandardOutput.ofProcess();
    try (PrintStream out = output.printStream()) {
      Shell shell = Wiring.shell(new Shell.Streams(out, System.err), terminal, cancellation);
      int exitCode = new Program(shell).run(arguments);
      out.flush();
      interruption.exit(withOutputLost(output.failure(), exitCode, shell));
    }
  }

  private static int withOutputLost(Optional<IOException> failure, int exitCode, Shell shell) {
    if (failure.isEmpty()) {
      return exitCode;
    }
    shell.say("cannot write the output: " + failure.get().getMessage());
    return exitCode == ExitCode.GOOD.number() ? ExitCode.FAILED.number() : exitCode;
  }
}
