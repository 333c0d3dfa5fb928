package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Failures;
import cairn.engine.capture.KeptTrackers;
import cairn.linux.topology.BlockDevice;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Starts a tracker for each device that has none. One that fails is no reason to leave out the
/// others.
record TrackerStart(KeptTrackers trackers, RandomGenerator chance) {
  static final String FIELD =
      "trackers: list of device, outcome (already, started, replaced or failed) and why (null when"
          + " there is nothing to say)";

  /// @param outcome a word
  /// @param why half a sentence; may be empty
  record One(String device, String outcome, String why) {
    boolean isFailed() {
      return outcome.equals("failed");
    }

    /// Whether there is another tracker now than before.
    boolean isNew() {
      return outcome.equals("started") || outcome.equals("replaced");
    }

    String sentence() {
      return switch (outcome) {
        case "already" -> device + " was tracked already";
        case "started" -> "tracking " + device + "; its next backup reads everything";
        case "replaced" ->
            "tracking " + device + " anew, as " + why + "; its next backup reads everything";
        default -> device + " is not tracked: " + why;
      };
    }
  }

  List<One> run(List<BlockDevice> devices) {
    List<One> all = new ArrayList<>();
    devices.forEach(device -> all.add(run(device)));
    return all;
  }

  private One run(BlockDevice device) {
    String path = Devices.path(device.name());
    try {
      return switch (trackers.start(device, chance)) {
        case KeptTrackers.Started.Already _ -> new One(path, "already", "");
        case KeptTrackers.Started.Anew anew ->
            anew.replaced()
                .map(why -> new One(path, "replaced", why))
                .orElse(new One(path, "started", ""));
      };
    } catch (IOException e) {
      return new One(path, "failed", Failures.sentence(e));
    }
  }

  /// For the commands that start trackers.
  record Result(List<One> all) implements Outcome {
    @Override
    public ExitCode exitCode() {
      return all.stream().anyMatch(One::isFailed) ? ExitCode.FAILED : ExitCode.GOOD;
    }

    @Override
    public List<String> warnings() {
      return all.stream()
          .filter(One::isFailed)
          .map(one -> one.sentence() + "; 'cairn doctor' says what is missing")
          .toList();
    }

    @Override
    public void print(PrintStream out) {
      all.stream().filter(one -> !one.isFailed()).forEach(one -> out.println(capital(one)));
    }

    private static String capital(One one) {
      String sentence = one.sentence();
      return sentence.startsWith("/") ? sentence + "." : "T" + sentence.substring(1) + ".";
    }

    @Override
    public Json json() {
      return new Json().putObjects("trackers", all.stream().map(Result::json).toList());
    }

    private static Json json(One one) {
      return new Json()
          .put("device", one.device)
          .put("outcome", one.outcome)
          .put("why", Json.unlessEmpty(one.why));
    }
  }
}
