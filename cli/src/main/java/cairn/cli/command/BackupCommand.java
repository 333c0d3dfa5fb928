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
import cairn.engine.capture.LvmSnapshots;
import cairn.engine.capture.SourceFailed;
import cairn.engine.inside.FsckText;
import cairn.linux.Memory;
import cairn.repository.Repository;
import cairn.repository.snapshot.Counts;
import cairn.repository.snapshot.Group;
import cairn.repository.snapshot.Snapshot;
import cairn.volume.nbd.NbdUri;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
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
      "Reads each SOURCE, an image file, a block device or an NBD export, and stores what the"
          + " repository does not hold yet. Sources are opened read-only.",
      "A device that is in use is captured at one moment all the same: what is written to while it"
          + " is read is seen and read again, until so little is left that its file systems are"
          + " frozen for a fraction of a second. Several devices are captured at the same moment."
          + " Where writes cannot be seen, LVM takes a snapshot, if it can."
          + " What the file systems do not use is left out. 'cairn doctor' tells what is possible"
          + " here, and 'cairn tracker' has the next backup read only what was written to.",
      "Of a qcow2 image the disk that the guest sees is backed up, through backing files and data"
          + " files, as QEMU follows them; name only images that you would start a machine from. An"
          + " image that a machine runs on is refused. --format raw backs up the file itself.",
      "qemu:SOCKET names the disks of a guest that runs, by a monitor of its QEMU (-qmp"
          + " unix:SOCKET,server=on,wait=off); qemu:SOCKET?device=NAME one of them. They are backed"
          + " up as they are at one moment, and the next backup reads only what the guest has"
          + " written since. An overlay of 'cairn nbd --writable' is backed up with what it stands"
          + " on; its name ends in '.overlay', or --format overlay says what it is."
          + " Guests and overlays are backed up by a command each.",
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
      "  cairn backup /var/lib/libvirt/images/web.qcow2",
      "  cairn backup qemu:/run/vm.qmp --name vm",
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
      description =
          "An image file, a block device, or an NBD export: nbd://HOST[:PORT]/EXPORT, or"
              + " nbd+unix:///EXPORT?socket=PATH. With nbds in place of nbd it is encrypted, and"
              + " the server has to prove who it is: to the authorities that Java knows, or with"
              + " ?tls-certificates=DIR to those in ca-cert.pem there, where client-cert.pem and"
              + " client-key.pem may be, too.")
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
      names = "--bitmap",
      paramLabel = "BITMAP",
      order = 18,
      description =
          "Of an NBD export: read what this dirty bitmap of QEMU says was written to since the last"
              + " snapshot, and a sample of the rest. It counts only if that snapshot was made with"
              + " it as --next-bitmap; else everything is read.")
  private String bitmap = "";

  @Option(
      names = "--next-bitmap",
      paramLabel = "BITMAP",
      order = 19,
      description =
          "Of an NBD export: the dirty bitmap that was started at the moment that it shows, for the"
              + " next backup. Never use a name twice.")
  private String nextBitmap = "";

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

  @Mixin private final FormatOption format;

  @Mixin private final WayOption way;

  BackupCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
    this.format = new FormatOption();
    this.way = new WayOption();
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
    for (String source : sources) {
      boolean isGuest = QemuSource.isOne(source);
      if (isGuest || OverlaySource.isOne(source, format)) {
        checkAlone(source);
        return isGuest ? guest(source) : overlay(source);
      }
    }
    LiveDevices.Choice choice = choice();
    List<String> names = all ? allOfThisMachine() : sources;
    try (Sources opened = Sources.open(names, format.get(), bitmaps())) {
      opened.warnings().forEach(shell()::warn);
      String host = shell().surroundings().get().owner().host();
      String name = group == null ? all ? host + ":all" : opened.group(host) : group;
      checkGroup(name);
      makeDefaultRepository();
      try (Opened repository = access.openToStore()) {
        return backup(repository.repository(), opened, name, choice);
      }
    }
  }

  private void checkAlone(String source) throws UsageError {
    if (sources.size() > 1) {
      throw new UsageError(
          source
              + " cannot be backed up together with other sources: back up each guest and each"
              + " overlay by a command of its own");
    }
  }

  /// What a machine wrote to a snapshot that was served.
  private Outcome overlay(String file) throws IOException, CorruptData {
    try (Opened repository = access.openToStore();
        OverlaySource source = OverlaySource.open(repository.repository(), file);
        ProgressLine progress = shell().progress()) {
      String host = shell().surroundings().get().owner().host();
      String name = group == null ? host + ":" + source.location() : group;
      checkGroup(name);
      Parent before = NEWEST.equals(parent) ? source.base() : parent(repository.repository());
      return new Result(run(repository.repository(), source.sources(), name, before, progress));
    }
  }

  /// The disks of a running guest, as they are at one moment.
  private Outcome guest(String source) throws IOException, CorruptData {
    try (Opened repository = access.openToStore();
        ProgressLine progress = shell().progress()) {
      Surroundings surroundings = shell().surroundings().get();
      String name = group == null ? surroundings.owner().host() + ":" + source : group;
      checkGroup(name);
      Parent before = parent(repository.repository());
      Optional<Snapshot> known = before(repository.repository(), before, name);
      Path folder = Path.of(shell().environment().get("TMPDIR").orElse("/var/tmp"));
      QemuSource guest = QemuSource.open(source, known, surroundings.chance(), folder);
      List<String> left = new ArrayList<>();
      try {
        BackupReport report = run(repository.repository(), guest.sources(), name, before, progress);
        guest.keep();
        guest.end(left::add);
        return new Result(report, left);
      } finally {
        guest.end(shell()::warn);
      }
    }
  }

  private static Optional<Snapshot> before(Repository repository, Parent parent, String group)
      throws IOException, CorruptData {
    return switch (parent) {
      case Parent.None none -> Optional.empty();
      case Parent.Given given -> Optional.of(given.snapshot());
      case Parent.Newest newest ->
          repository.snapshots().snapshots().reversed().stream()
              .filter(snapshot -> snapshot.group().equals(group))
              .findFirst();
    };
  }

  private Optional<Sources.Bitmaps> bitmaps() throws UsageError {
    if (bitmap.isEmpty() && nextBitmap.isEmpty()) {
      return Optional.empty();
    }
    if (sources.size() != 1 || !NbdUri.isOne(sources.getFirst())) {
      throw new UsageError("--bitmap and --next-bitmap are for one NBD export");
    }
    if (bitmap.equals(nextBitmap)) {
      throw new UsageError("--next-bitmap names another bitmap than --bitmap, a new one each time");
    }
    return Optional.of(new Sources.Bitmaps(bitmap, nextBitmap));
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

  private LiveDevices.Choice choice() throws UsageError {
    return new LiveDevices.Choice(
        !noSkip, way.get(), Duration.ofSeconds(freezeSeconds), Trackers.FOLDER, Thread::sleep);
  }

  private Result backup(
      Repository repository, Sources opened, String name, LiveDevices.Choice choice)
      throws IOException, CorruptData {
    Surroundings surroundings = shell().surroundings().get();
    LvmSnapshots snapshots = LvmSnapshots.live(surroundings.owner(), surroundings.chance());
    List<String> left = new ArrayList<>();
    try {
      BackupReport report = backup(repository, opened, name, choice, snapshots);
      snapshots.remove(left::add);
      return new Result(report, left);
    } finally {
      snapshots.remove(shell()::warn);
    }
  }

  private BackupReport backup(
      Repository repository,
      Sources opened,
      String name,
      LiveDevices.Choice choice,
      LvmSnapshots snapshots)
      throws IOException, CorruptData {
    try (LiveDevices live =
            LiveDevices.open(
                opened.volumes(), choice, snapshots, shell().surroundings().get().chance());
        ProgressLine progress = shell().progress()) {
      live.warnings().forEach(shell()::warn);
      BackupRequest.Sources taken =
          new BackupRequest.Sources(
              opened.named(live),
              live.stillness(),
              Converge.Limits.DEFAULT
                  .withLongest(choice.freezeMax())
                  .withMemory(Memory.availableBytes(Path.of("/proc"))));
      return run(repository, taken, name, parent(repository), progress);
    }
  }

  private BackupReport run(
      Repository repository,
      BackupRequest.Sources taken,
      String name,
      Parent before,
      ProgressLine progress)
      throws IOException, CorruptData {
    Duration fsck = noFsck ? Duration.ZERO : Duration.ofSeconds(fsckSeconds);
    BackupRequest request = new BackupRequest(taken, name, tags, before, !noVerify, fsck);
    try {
      return new Backup(repository, shell().surroundings().get(), progress, shell().cancellation())
          .run(request);
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

  /// @param left what a source could not undo afterwards
  private record Result(BackupReport report, List<String> left) implements Outcome {
    Result(BackupReport report) {
      this(report, List.of());
    }

    @Override
    public List<String> warnings() {
      return Stream.concat(report.warnings().stream(), left.stream()).toList();
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
          .putTexts("warnings", warnings());
    }
  }
}
