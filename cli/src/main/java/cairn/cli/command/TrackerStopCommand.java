package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.engine.capture.KeptTrackers;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `cairn tracker stop`.
@Command(
    name = "stop",
    header = "End trackers and give back their memory.",
    description = "The next backup of such a device reads everything, and compares.",
    footer = {"%nExamples:", "  cairn tracker stop", "  cairn tracker stop /dev/sda"})
@JsonFields({
  "stopped: list of the devices whose tracker was ended",
  "untracked: list of the devices that had none",
})
final class TrackerStopCommand extends CairnCommand {
  @Parameters(
      paramLabel = "DEVICE",
      arity = "0..*",
      description = "Whose tracker to end. Default: all trackers.")
  private List<String> names = List.of();

  TrackerStopCommand(Shell shell) {
    super(shell);
  }

  @Override
  Outcome run() throws IOException {
    Devices devices = Devices.live();
    KeptTrackers trackers = new KeptTrackers(Trackers.FOLDER, devices.stack());
    List<String> stopped = new ArrayList<>();
    List<String> untracked = new ArrayList<>();
    for (String name : devices.kernelNames(names, trackers)) {
      (trackers.stop(name) ? stopped : untracked).add(Devices.path(name));
    }
    return new Result(stopped, untracked);
  }

  private record Result(List<String> stopped, List<String> untracked) implements Outcome {
    @Override
    public void print(PrintStream out) {
      stopped.forEach(device -> out.println("Stopped the tracker of " + device + "."));
      untracked.forEach(device -> out.println("There was no tracker of " + device + "."));
      if (stopped.isEmpty() && untracked.isEmpty()) {
        out.println("There were no trackers.");
      }
    }

    @Override
    public Json json() {
      return new Json().putTexts("stopped", stopped).putTexts("untracked", untracked);
    }
  }
}
