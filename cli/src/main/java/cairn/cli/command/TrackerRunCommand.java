package cairn.cli.command;

import cairn.cli.report.JsonFields;
import cairn.cli.shell.Failures;
import cairn.cli.shell.Shell;
import cairn.engine.capture.KeptTrackers;
import cairn.linux.topology.BlockDevice;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `cairn tracker run`.
@Command(
    name = "run",
    header = "Keep devices tracked until this command is ended, for a service.",
    description = {
      "Does what 'cairn tracker start' does, now and each minute: disks that come later are tracked"
          + " too, and trackers that have come to their end are replaced. SIGTERM ends it; the"
          + " trackers stay, so that a service may be started anew at any time.",
    },
    footer = {"%nExamples:", "  cairn tracker run", "  cairn tracker run /dev/sda"})
@JsonFields(TrackerStart.FIELD)
final class TrackerRunCommand extends CairnCommand {
  private static final Duration STEP = Duration.ofMillis(200);
  private static final int STEPS_PER_LOOK = 300;

  @Parameters(paramLabel = "DEVICE", arity = "0..*", description = TrackerStartCommand.DEVICES)
  private List<String> names = List.of();

  TrackerRunCommand(Shell shell) {
    super(shell);
  }

  @Override
  Outcome run() throws IOException {
    List<TrackerStart.One> last = look();
    last.forEach(one -> shell().say(one.sentence()));
    if (last.stream().allMatch(TrackerStart.One::isFailed)) {
      return new TrackerStart.Result(last);
    }
    while (awaitNextLook()) {
      List<TrackerStart.One> now = lookAgain(last);
      for (TrackerStart.One one : now) {
        if (one.isNew() || (one.isFailed() && !last.contains(one))) {
          shell().say(one.sentence());
        }
      }
      last = now;
    }
    return new TrackerStart.Result(last);
  }

  /// Devices may come and go meanwhile.
  private List<TrackerStart.One> lookAgain(List<TrackerStart.One> last) {
    try {
      return look();
    } catch (IOException e) {
      shell().say(Failures.sentence(e) + "; looking again in a minute");
      return last;
    }
  }

  private List<TrackerStart.One> look() throws IOException {
    Devices devices = Devices.live();
    List<BlockDevice> wanted = names.isEmpty() ? devices.ofThisMachine() : devices.named(names);
    KeptTrackers trackers = new KeptTrackers(Trackers.FOLDER, devices.stack());
    return new TrackerStart(trackers, shell().surroundings().get().chance()).run(wanted);
  }

  /// @return false when somebody wants it to end
  private boolean awaitNextLook() throws IOException {
    for (int step = 0; step < STEPS_PER_LOOK; step++) {
      if (shell().cancellation().wanted()) {
        return false;
      }
      try {
        Pause.of(STEP);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting", e);
      }
    }
    return true;
  }
}
