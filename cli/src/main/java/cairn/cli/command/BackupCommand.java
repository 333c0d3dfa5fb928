package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.Explained;
import cairn.cli.shell.ProgressLine;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.Cancellation;
import cairn.engine.Surroundings;
import cairn.engine.backup.Backup;
import cairn.engine.backup.BackupReport;
import cairn.engine.backup.BackupRequest;
import cairn.engine.backup.BackupRequest.Parent;
import cairn.engine.capture.CannotConverge;
import cairn.engine.capture.Converge;
import cairn.engine.capture.LiveDevices;
import cairn.engine.capture.SourceFailed;
import cairn.engine.inside.FsckText;
import cairn.linux.Memory;
import cairn.repository.Repository;
import cairn.repository.snapshot.Counts;
import cairn.repository.snapshot.Group;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn backup`.
@Command(
    name = "backup",
    header = "Back up disks and images into one new snapshot.",
    description = {
      "Reads each SOURCE, an image file or a block device, and stores what the repository does not"
          + " hold yet. Sources are opened read-only.",
      "A device that is in use is captured at one moment all the same: what is written to while it"
          + " is read is seen and read again, until so little is left that its file systems are"
          + " frozen for a fraction of a second. Several devices are captured at the same moment."
          + " What the file systems do not use is left out. 'cairn doctor' tells what is possible"
          + " here, and 'cairn tracker' has the next backup read only what was written to.",
      "Backups of the same source belong to one group, and each is compared with the newest"
          + " snapshot of its group, so that it costs as little as has changed.",
      "The file systems in what was captured are checked before the snapshot is saved, as 'cairn"
          + " fsck' does it, from what was stored. What comes of it is kept in the snapshot; if"
          + " they are suspect, the snapshot is saved all the same, and the exit code is 3.",
      "A backup that is interrupted or fails leaves no snapshot behind; what it stored until then"
          + " helps the next one.",
    },
    footer = {
      "%nExamples:",
      "  cairn backup disk.img",
      "  cairn backup /dev/vg/root /dev/vg/home --name laptop --tag before-upgrade",
    })
@JsonFields({
  "snapshot: id of the new snapshot",
  "group: its group",
  "parent: id of the snapshot that it was compared with, or null",
  "blocksTotal: blocks of all volumes",
  "blocksRead: blocks that were read; the others are known holes",
  "blocksNew: blocks whose content the repository did not hold",
  "blocksHealed: blocks of these whose content the repository had lost to damage",
  "bytesRead: bytes read from the sources",
  "bytesAdded: growth of the repository",
  "durationMillis: time from start to commit",
  "volumes: list of name, size, blockBytes, root (null when all is zeros) and source",
  "warnings: what a person should know although the snapshot is good",
})
final class BackupCommand extends CairnCommand {
  private static final String NEWEST = "newest";
  private static final String NONE = "none";

  @Mixin private final RepositoryAccess access;

  @Parameters(
      paramLabel = "SOURCE",
      arity = "0..*",
      description = "An image file or a block device.")
  private List<String> sources = List.of();

  @Option(
      names = "--all",
      order = 9,
      description =
          "All disks of this machine that hold a mounted file system, without removable ones.")
  private boolean all;

  @Option(
      names = "--name",
      paramLabel = "GROUP",
      order = 10,
      description = "Group of the snapshot. Default: the host name and the paths of the sources.")
  private @Nullable String group;

  @Option(
      names = "--tag",
      paramLabel = "TAG",
      order = 11,
      description = "A word to keep with the snapshot. May be repeated.")
  private List<String> tags = List.of();

  @Option(
      names = "--parent",
      paramLabel = "SNAPSHOT",
      order = 12,
      description = "Snapshot to compare with, or 'none'. Default: the newest one of the group.")
  private String parent = NEWEST;

  @Option(
      names = "--no-verify",
      order = 13,
      description =
          "Do not decode each chunk again before it is stored. Faster, and blind to faulty memory;"
              + " recorded in the snapshot.")
  private boolean noVerify;

  @Option(
      names = "--no-skip",
      order = 14,
      description = "Also read what the file systems of a device in use say is free.")
  private boolean noSkip;

  @Option(
      names = "--freeze-limit",
      paramLabel = "SECONDS",
      order = 15,
      description =
          "How long file systems may be frozen at most. Unless that much is needed, it is a"
              + " fraction of a second. Default: 5.")
  private int freezeSeconds = 5;

  @Option(
      names = "--fsck",
      paramLabel = "SECONDS",
      order = 16,
      description = "How long the file systems in what was captured may be checked. Default: 60.")
  private int fsckSeconds = 60;

  @Option(
      names = "--no-fsck",
      order = 17,
      description = "Do not check the file systems in what was captured.")
  private boolean noFsck;

  BackupCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    if (sources.isEmpty() != all) {
      throw new UsageError("name a SOURCE to back up, or say --all; see 'cairn backup --help'");
    }
    if (freezeSeconds < 1) {
      throw new UsageError("--freeze-limit is a number of seconds, 1 or more");
    }
    if (fsckSeconds < 1) {
      throw new UsageError("--fsck is a number of seconds, 1 or more; --no-fsck is for none");
    }
    try (Sources opened = Sources.open(all ? allOfThisMachine() : sources)) {
      String host = shell().surroundings().get().owner().host();
      String name = group == null ? all ? host + ":all" : opened.group(host) : group;
      checkGroup(name);
      makeDefaultRepository();
      try (Opened repository = access.openToStore()) {
        return new Result(backup(repository.repository(), opened, name));
      }
    }
  }

  private static List<String> allOfThisMachine() throws IOException {
    return Devices.live().ofThisMachine().stream()
        .map(device -> Devices.path(device.name()))
        .toList();
  }

  private static void checkGroup(String name) throws IOException {
    try {
      Group.encode(name);
    } catch (IllegalArgumentException e) {
      throw Secrets.usage(e);
    }
  }

  /// The first use of the embedded repository makes it.
  private void makeDefaultRepository() throws IOException {
    if (!access.place().isImplied() || access.exists()) {
      return;
    }
    Path folder = access.place().folder();
    try {
      RepositoryMaker.Made made =
          new RepositoryMaker(shell()).make(folder, RepositoryMaker.Wish.DEFAULT);
      shell().say("made the default repository in " + folder);
      made.warnings().forEach(shell()::warn);
    } catch (IOException e) {
      if (!access.exists()) {
        throw e;
      } // else another backup has just made it
    }
  }

  private BackupReport backup(Repository repository, Sources opened, String name)
      throws IOException, CorruptData {
    Duration freezeMax = Duration.ofSeconds(freezeSeconds);
    LiveDevices.Choice choice =
        new LiveDevices.Choice(!noSkip, freezeMax, Trackers.FOLDER, Thread::sleep);
    Surroundings surroundings = shell().surroundings().get();
    try (LiveDevices live = LiveDevices.open(opened.volumes(), choice, surroundings.chance());
        ProgressLine progress = shell().progress()) {
      live.warnings().forEach(shell()::warn);
      BackupRequest.Sources taken =
          new BackupRequest.Sources(
              opened.named(live),
              live.stillness(),
              Converge.Limits.DEFAULT
                  .withLongest(freezeMax)
                  .withMemory(Memory.availableBytes(Path.of("/proc"))));
      Duration fsck = noFsck ? Duration.ZERO : Duration.ofSeconds(fsckSeconds);
      BackupRequest request =
          new BackupRequest(taken, name, tags, parent(repository), !noVerify, fsck);
      return new Backup(repository, surroundings, progress, shell().cancellation()).run(request);
    } catch (SourceFailed | CannotConverge | Cancellation.Cancelled e) {
      throw new Explained(e, "no snapshot was made, what was stored until then helps the next run");
    } catch (CorruptData e) {
      throw new Explained(
          e,
          "no snapshot was made; 'cairn check' tells what is damaged, and '--parent none' does"
              + " without the snapshots that are");
    }
  }

  private Parent parent(Repository repository) throws IOException, CorruptData {
    return switch (parent) {
      case NEWEST -> new Parent.Newest();
      case NONE -> new Parent.None();
      default -> new Parent.Given(Catalog.of(repository).find(parent));
    };
  }

  private record Result(BackupReport report) implements Outcome {
    @Override
    public List<String> warnings() {
      return report.warnings();
    }

    @Override
    public void print(PrintStream out) {
      Snapshot snapshot = report.snapshot();
      Counts counts = snapshot.details().counts();
      String parent =
          snapshot.details().parent().map(Describe::shortId).orElse("none, this is a full backup");
      out.printf(
          Locale.ROOT,
          "Saved snapshot %s of %s%n",
          Describe.shortId(snapshot.id()),
          snapshot.group());
      Table table =
          Table.ofFields()
              .row("  size", Units.bytes(Describe.size(snapshot)))
              .row(
                  "  read",
                  String.format(
                      Locale.ROOT,
                      "%s in %s, %s",
                      Units.bytes(counts.bytesRead()),
                      Units.duration(report.durationMillis()),
                      Units.rate(counts.bytesRead(), report.durationMillis())))
              .row(
                  "  new",
                  String.format(
                      Locale.ROOT,
                      "%s of %s blocks",
                      Units.count(counts.blocksNew()),
                      Units.count(counts.blocksTotal())));
      if (report.blocksHealed() > 0) {
        String blocks = report.blocksHealed() == 1 ? " block" : " blocks";
        table.row(
            "  healed",
            Units.count(report.blocksHealed())
                + blocks
                + " that the repository had lost, stored again");
      }
      table
          .row("  added", Units.bytes(report.bytesAdded()) + " to the repository")
          .row("  parent", parent);
      FsckText.state(snapshot).ifPresent(state -> table.row("  fsck", state.word()));
      table.print(out);
    }

    @Override
    public Json json() {
      Snapshot snapshot = report.snapshot();
      Counts counts = snapshot.details().counts();
      return new Json()
          .put("snapshot", snapshot.id().toString())
          .put("group", snapshot.group())
          .put("parent", snapshot.details().parent())
          .put("blocksTotal", counts.blocksTotal())
          .put("blocksRead", counts.blocksRead())
          .put("blocksNew", counts.blocksNew())
          .put("blocksHealed", report.blocksHealed())
          .put("bytesRead", counts.bytesRead())
          .put("bytesAdded", report.bytesAdded())
          .put("durationMillis", report.durationMillis())
          .putObjects("volumes", Describe.volumes(snapshot))
          .putTexts("warnings", report.warnings());
    }
  }
}
