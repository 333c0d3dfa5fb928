package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.Shell;
import cairn.engine.Surroundings;
import cairn.engine.capture.LvmSnapshots;
import cairn.engine.capture.Outlook;
import cairn.engine.capture.Outlooks;
import cairn.engine.capture.Way;
import cairn.linux.platform.Platform;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.FileSystem;
import cairn.linux.topology.FileSystems;
import cairn.linux.tracking.TrackingSupport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `cairn doctor`.
@Command(
    name = "doctor",
    header = "Tell how this machine's disks will be backed up, and what is in the way.",
    description = {
      "Looks at the machine and at each device, and changes nothing: which way 'cairn backup' will"
          + " take, why no better one, and what to do about it.",
      "WAY is 'converge', copying while writes are tracked, and a freeze for the last of it;"
          + " 'snapshot', by one that LVM takes; 'freeze-and-read', frozen all the time that"
          + " reading takes; 'plain', because nobody uses it; or 'refused'. It says what holds for"
          + " whoever runs it: run it as root.",
    },
    footer = {"%nExamples:", "  cairn doctor", "  cairn doctor /dev/sda /dev/vg/home --json"})
@JsonFields({
  "machine: list of fact, value and advice (null when there is nothing to do)",
  "devices: list of device, kind, size, use (null when nobody uses it), fileSystems (list of type"
      + " and mountPoints), tracker (its state, or none), way (converge, snapshot, freeze-and-read,"
      + " plain or refused), obstacles (list of better, why and remedy) and free (list of sentences"
      + " on what is read of it)",
})
final class DoctorCommand extends CairnCommand {
  private static final Path ROOT = Path.of("/");

  @Parameters(
      paramLabel = "DEVICE",
      arity = "0..*",
      description =
          "What to look at. Default: all disks, and what is built on them and holds mounted file"
              + " systems.")
  private List<String> names = List.of();

  DoctorCommand(Shell shell) {
    super(shell);
  }

  @Override
  Outcome run() throws IOException {
    Platform platform = Platform.read(ROOT);
    FileSystems fileSystems = FileSystems.live();
    Devices devices = Devices.live();
    Surroundings surroundings = shell().surroundings().get();
    LvmSnapshots snapshots = LvmSnapshots.live(surroundings.owner(), surroundings.chance());
    Outlooks outlooks =
        new Outlooks(
            devices.stack(), fileSystems, Trackers.FOLDER, platform.privileges(), snapshots);
    List<Outlook> all = new ArrayList<>();
    for (BlockDevice device :
        names.isEmpty() ? devices.worthALook(fileSystems) : devices.named(names)) {
      all.add(outlooks.of(device));
    }
    return new Result(MachineFacts.of(platform, TrackingSupport.live()), all);
  }

  private record Result(List<MachineFacts.Fact> machine, List<Outlook> devices) implements Outcome {
    @Override
    public List<String> warnings() {
      return devices.stream()
          .filter(each -> each.way() == Way.REFUSED)
          .map(each -> Devices.path(each.device().name()) + " cannot be backed up: " + why(each))
          .toList();
    }

    private static String why(Outlook outlook) {
      return outlook.obstacles().stream()
          .map(Outlook.Obstacle::sentence)
          .collect(Collectors.joining("; "));
    }

    @Override
    public void print(PrintStream out) {
      Table facts = Table.ofFields();
      for (MachineFacts.Fact fact : machine) {
        facts.row(fact.name(), fact.value());
        if (!fact.advice().isEmpty()) {
          facts.note(fact.advice() + ".");
        }
      }
      facts.print(out);
      out.println();
      Table table = Table.of("DEVICE", "WHAT", ">SIZE", "FILE SYSTEMS", "TRACKER", "WAY");
      devices.forEach(each -> addTo(table, each));
      table.print(out);
    }

    private static void addTo(Table table, Outlook outlook) {
      BlockDevice device = outlook.device();
      table.row(
          Devices.path(device.name()),
          device.kind().description().replaceFirst("^an? ", ""),
          Units.bytes(device.sizeBytes()),
          fileSystems(outlook),
          outlook.tracker(),
          outlook.way().word());
      outlook.obstacles().forEach(each -> table.note(each.sentence() + "."));
      outlook.free().forEach(each -> table.note(each + "."));
      if (outlook.way() == Way.PLAIN) {
        table.note(
            device.sizeBytes() == 0
                ? "there is nothing in it to read."
                : "nobody uses it, so that it is read as it is, all of it.");
      }
    }

    private static String fileSystems(Outlook outlook) {
      String all =
          outlook.use().fileSystems().stream()
              .map(each -> each.type() + " on " + each.mountPoints().getFirst())
              .collect(Collectors.joining(", "));
      return all.isEmpty() ? "none mounted" : all;
    }

    @Override
    public Json json() {
      return new Json()
          .putObjects("machine", machine.stream().map(Result::json).toList())
          .putObjects("devices", devices.stream().map(Result::json).toList());
    }

    private static Json json(MachineFacts.Fact fact) {
      return new Json()
          .put("fact", fact.name())
          .put("value", fact.value())
          .put("advice", Json.unlessEmpty(fact.advice()));
    }

    private static Json json(Outlook outlook) {
      return new Json()
          .put("device", Devices.path(outlook.device().name()))
          .put("kind", outlook.device().kind().description())
          .put("size", outlook.device().sizeBytes())
          .put("use", outlook.use().how())
          .putObjects(
              "fileSystems", outlook.use().fileSystems().stream().map(Result::json).toList())
          .put("tracker", outlook.tracker())
          .put("way", outlook.way().word())
          .putObjects("obstacles", outlook.obstacles().stream().map(Result::json).toList())
          .putTexts("free", outlook.free());
    }

    private static Json json(FileSystem fileSystem) {
      return new Json()
          .put("type", fileSystem.type())
          .putTexts("mountPoints", fileSystem.mountPoints());
    }

    private static Json json(Outlook.Obstacle obstacle) {
      return new Json()
          .put("better", obstacle.better())
          .put("why", obstacle.why())
          .put("remedy", obstacle.remedy());
    }
  }
}
