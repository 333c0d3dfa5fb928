package cairn.cli.command;

import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.engine.capture.KeptTrackers;
import cairn.linux.topology.BlockDevice;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `cairn tracker start`.
@Command(
    name = "start",
    header = "Track what is written to devices from now on.",
    description = {
      "The tracker outlives this command. Where there is a good one already nothing is done; one"
          + " that is broken or has come to its end is replaced. The first backup with a new"
          + " tracker reads everything, later ones what was written to.",
      "The kernel keeps trackers in /sys/fs/bpf/cairn; the file system of BPF is mounted there if"
          + " it is not.",
    },
    footer = {
      "%nExamples:",
      "  cairn tracker start",
      "  cairn tracker start /dev/sda /dev/vg/home"
    })
@JsonFields(TrackerStart.FIELD)
final class TrackerStartCommand extends CairnCommand {
  static final String DEVICES =
      "What to track. Default: the disks that 'cairn backup --all' takes.";

  @Parameters(paramLabel = "DEVICE", arity = "0..*", description = DEVICES)
  private List<String> names = List.of();

  TrackerStartCommand(Shell shell) {
    super(shell);
  }

  @Override
  Outcome run() throws IOException {
    Devices devices = Devices.live();
    List<BlockDevice> wanted = names.isEmpty() ? devices.ofThisMachine() : devices.named(names);
    KeptTrackers trackers = new KeptTrackers(Trackers.FOLDER, devices.stack());
    return new TrackerStart.Result(
        new TrackerStart(trackers, shell().surroundings().get().chance()).run(wanted));
  }
}
