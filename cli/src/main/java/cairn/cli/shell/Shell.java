package cairn.cli.shell;

import cairn.engine.Cancellation;
import cairn.engine.Surroundings;
import java.io.PrintStream;
import java.util.function.Supplier;

/// What a command has to do with besides its arguments.
///
/// @param surroundings made when first asked for, because few commands need all of it
/// @param cancellation set when a person wants the program to stop
public record Shell(
    Streams streams,
    Terminal terminal,
    Environment environment,
    Supplier<Surroundings> surroundings,
    Cancellation cancellation) {
  /// Where to print.
  ///
  /// @param out what was asked for, and nothing else
  /// @param err what a person should know
  public record Streams(PrintStream out, PrintStream err) {}

  public PrintStream out() {
    return streams.out();
  }

  public PrintStream err() {
    return streams.err();
  }

  /// Says a sentence to the person.
  public void say(String sentence) {
    err().println("cairn: " + sentence);
    err().flush();
  }

  public void warn(String sentence) {
    say("warning: " + sentence);
  }

  /// Shows how work gets on, if somebody watches.
  public ProgressLine progress() {
    return new ProgressLine(err(), surroundings.get().clock(), terminal.isWatched());
  }
}
