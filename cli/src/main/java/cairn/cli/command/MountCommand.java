package cairn.cli.command;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Failures;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.image.KeptBlocks;
import cairn.engine.image.SnapshotVolume;
import cairn.export.mount.MountedTree;
import cairn.export.mount.Shown;
import cairn.linux.fuse.FuseMount;
import cairn.linux.fuse.FuseServer;
import cairn.linux.fuse.Fusermount;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn mount`.
@Command(
    name = "mount",
    header = "Show snapshots as files, read-only, until unmounted.",
    description = {
      "Shows each volume as a file 'VOLUME/disk.img', and the trees of the file systems in it"
          + " beside that: 'VOLUME/p1' for a partition, 'VOLUME/files' for a volume that is one"
          + " file system, 'GROUP/NAME' for a logical volume. With several snapshots, those of each"
          + " lie in a directory named after its id.",
      "Runs until Ctrl-C, SIGTERM, or 'umount DIR' ('fusermount3 -u DIR' for users other than"
          + " root). Only the user who mounts may look, and may read everything, unless"
          + " --allow-other is given: then all may, as owners, modes and access lists allow.",
      "What cannot be read gives an input/output error, never zeros; it is named on standard error,"
          + " and the exit code is then 4 for damage, 1 for anything else.",
    },
    footer = {
      "%nExamples:",
      "  cairn mount latest /mnt",
      "  cairn mount 1f3a latest:laptop /mnt --allow-other",
    },
    sortOptions = false,
    synopsisHeading = "Usage: ",
    optionListHeading = "%nOptions:%n")
@JsonFields({
  "directory: where it is mounted; the object is printed as soon as it is",
  "snapshots: list of those shown, oldest first, with snapshot, path and volumes",
  "warnings: snapshot records that are damaged",
})
final class MountCommand implements Callable<Integer> {
  private static final int LOOK_MILLIS = 100;
  private static final int AFTER_OTHERS_MILLIS = 2000;

  /// For each core: some wait for the storage while others decode.
  private static final int THREADS_PER_CORE = 2;

  private final Shell shell;

  @Mixin private final RepositoryAccess access;

  @Parameters(
      paramLabel = "SNAPSHOT... DIR",
      hideParamSyntax = true,
      arity = "1..*",
      description = {
        SnapshotText.REFERENCE + " Several may be given, and last an empty directory.",
      })
  private List<String> words = List.of();

  @Option(
      names = "--volume",
      paramLabel = "VOLUME",
      order = 10,
      description = "Show this volume alone, where a snapshot has several.")
  private @Nullable String volume;

  @Option(
      names = "--allow-other",
      order = 11,
      description =
          "Let other users look too. Users other than root need 'user_allow_other' in"
              + " /etc/fuse.conf for it.")
  private boolean allowOther;

  @Option(
      names = CairnCommand.JSON_OPTION,
      order = 100,
      description = "Print one JSON object on standard output instead of text.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      order = 101,
      usageHelp = true,
      description = "Show this help and end.")
  boolean help;

  MountCommand(Shell shell) {
    this.shell = shell;
    this.access = new RepositoryAccess(shell);
  }

  @Override
  public Integer call() throws IOException, CorruptData {
    Path directory = directory();
    try (Opened opened = access.open()) {
      Catalog catalog = Catalog.of(opened.repository());
      List<Snapshot> snapshots = snapshots(catalog);
      try (View view = opened.repository().openView();
          Volumes volumes = new Volumes(view, snapshots)) {
        MountTroubles troubles = new MountTroubles(shell);
        MountedTree tree = new MountedTree(volumes.shown(), FuseMount.owner(), troubles);
        serve(tree, directory, () -> tell(directory, snapshots, catalog.warnings()));
        return troubles.problems().isEmpty()
            ? ExitCode.ofWarnings(catalog.warnings()).number()
            : ExitCode.of(troubles.problems()).number();
      }
    }
  }

  private Path directory() throws UsageError {
    if (words.size() < 2) {
      throw new UsageError("name a snapshot and a directory: SNAPSHOT... DIR");
    }
    try {
      return Path.of(words.getLast()).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new UsageError("'" + words.getLast() + "' is no path", e);
    }
  }

  private List<Snapshot> snapshots(Catalog catalog) throws IOException {
    Set<Snapshot> found = new LinkedHashSet<>();
    for (String reference : words.subList(0, words.size() - 1)) {
      Snapshot snapshot = catalog.find(reference);
      var _ = VolumeOption.wanted(snapshot, volume);
      found.add(snapshot);
    }
    return found.stream()
        .sorted(Comparator.comparing(Snapshot::received).thenComparing(Snapshot::id))
        .toList();
  }

  /// The volumes of all snapshots, open until it ends.
  private final class Volumes implements AutoCloseable {
    private final List<Shown> shown = new ArrayList<>();

    Volumes(View view, List<Snapshot> snapshots) throws UsageError {
      int count = 0;
      for (Snapshot snapshot : snapshots) {
        count += VolumeOption.wanted(snapshot, volume).size();
      }
      for (Snapshot snapshot : snapshots) {
        SortedMap<String, BlockReader> volumes = new TreeMap<>();
        for (VolumeImage image : VolumeOption.wanted(snapshot, volume)) {
          volumes.put(image.name(), KeptBlocks.sharing(SnapshotVolume.of(view, image), count));
        }
        shown.add(new Shown(Describe.shortId(snapshot.id()), snapshot.received(), volumes));
      }
    }

    List<Shown> shown() {
      return shown;
    }

    @Override
    public void close() throws IOException {
      for (Shown each : shown) {
        for (BlockReader reader : each.volumes().values()) {
          reader.close();
        }
      }
    }
  }

  private void serve(MountedTree tree, Path directory, Runnable whenReady) throws IOException {
    int threads = shell.surroundings().get().threads() * THREADS_PER_CORE;
    Fusermount helper = new Fusermount(shell.environment().get("PATH").orElse("/usr/bin:/bin"));
    try (FuseMount mount = FuseMount.open(directory, allowOther, helper)) {
      FuseServer server =
          new FuseServer(
              mount, tree, threads, bug -> shell.say("error: " + Failures.sentence(bug)));
      boolean ended = false;
      try {
        server.start();
        whenReady.run();
        awaitEnd(mount, server);
        ended = true;
      } finally {
        if (!ended) {
          mount.detach(); // nobody is to find a mount that is not served
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while mounted", e);
    }
  }

  private void awaitEnd(FuseMount mount, FuseServer server)
      throws IOException, InterruptedException {
    boolean asked = false;
    while (!server.awaitEnd(LOOK_MILLIS)) {
      if (!asked && shell.cancellation().wanted()) {
        asked = true;
        end(mount, server);
      }
    }
  }

  private void end(FuseMount mount, FuseServer server) throws IOException, InterruptedException {
    try {
      if (!mount.unmount()) {
        mount.detach();
        shell.say(
            mount.directory() + " is in use: it is unmounted, and this ends with whoever uses it");
      }
    } catch (IOException e) {
      if (!server.awaitEnd(AFTER_OTHERS_MILLIS)) {
        throw e;
      } // else somebody else was quicker
    }
  }

  private void tell(Path directory, List<Snapshot> snapshots, List<String> warnings) {
    if (json) {
      shell.out().println(json(directory, snapshots, warnings));
    } else {
      String ids =
          snapshots.stream()
              .map(each -> Describe.shortId(each.id()))
              .collect(Collectors.joining(", "));
      shell.out().println("Mounted " + ids + " on " + directory);
    }
    shell.out().flush();
    warnings.forEach(shell::warn);
  }

  private Json json(Path directory, List<Snapshot> snapshots, List<String> warnings) {
    List<Json> shown =
        snapshots.stream()
            .map(each ->
                new Json()
                    .put("snapshot", each.id().toString())
                    .put("path", path(directory, each, snapshots.size()).toString())
                    .putTexts("volumes", names(each)))
            .toList();
    return new Json()
        .put("directory", directory.toString())
        .putObjects("snapshots", shown)
        .putTexts("warnings", warnings);
  }

  private static Path path(Path directory, Snapshot snapshot, int count) {
    return count == 1 ? directory : directory.resolve(Describe.shortId(snapshot.id()));
  }

  private List<String> names(Snapshot snapshot) {
    return snapshot.details().volumes().stream()
        .map(VolumeImage::name)
        .filter(name -> volume == null || name.equals(volume))
        .toList();
  }
}
