package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Explained;
import cairn.cli.shell.ProgressLine;
import cairn.cli.shell.Shell;
import cairn.engine.restore.Restore;
import cairn.engine.restore.RestoreReport;
import cairn.engine.restore.RestoreRequest;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.volume.SinkOptions;
import cairn.volume.Sinks;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn restore`.
@Command(
    name = "restore",
    header = "Write a volume of a snapshot to a file or device.",
    description = {
      "Writes the image back, bit for bit, to a new file or over a block device, which must not be"
          + " in use and must be large enough. A file appears under its name when it is whole.",
      "Afterwards a sample is read back from the target and compared, or all of it with --verify.",
      "Damage in the repository costs the blocks that it hits: they are named with their byte"
          + " ranges, the rest is restored, and the exit code is 4.",
    },
    footer = {
      "%nExamples:",
      "  cairn restore latest disk.img",
      "  cairn restore 1f3a /dev/sdb --verify",
      "  cairn restore latest:laptop root.img --volume root",
      "  cairn restore latest /dev/sdb --resize --part p2",
      "  cairn restore latest smaller.img --resize --size 20G --dry-run",
    })
@JsonFields({
  "snapshot: id of the snapshot",
  "volume: name of the volume",
  "target: where it was written",
  "bytesTotal: size of the volume",
  "bytesWritten: bytes written, without holes",
  "bytesVerified: bytes read back from the target and compared",
  "durationMillis: time that it took",
  "problems: list of damage and of the byte ranges that it cost, with kind, id, type and text; a"
      + " type of 'affected' has volume, offset and length",
  "ok: whether there are no problems",
  PlanText.FIELD,
  "warnings: snapshot records that are damaged",
})
final class RestoreCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Parameters(index = "0", paramLabel = "SNAPSHOT", description = SnapshotText.REFERENCE)
  private String reference = "";

  @Parameters(
      index = "1",
      paramLabel = "TARGET",
      description = "A new or empty file, or a block device.")
  private String target = "";

  @Mixin private final VolumeOption volume;

  @Option(names = "--force", order = 11, description = "Replace a file that is not empty.")
  private boolean force;

  @Option(
      names = "--sparse",
      order = 12,
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Leave zeros as holes, or give back their space. That is the default.")
  private boolean sparse;

  @Option(names = "--verify", order = 13, description = "Read back and compare everything.")
  private boolean verify;

  @Mixin private final ResizeOptions resize;

  RestoreCommand(Shell shell) {
    super(shell);
    this.resize = new ResizeOptions();
    this.access = new RepositoryAccess(shell);
    this.volume = new VolumeOption();
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Opened opened = access.open()) {
      Catalog catalog = Catalog.of(opened.repository());
      Snapshot snapshot = catalog.find(reference);
      VolumeImage image = volume.of(snapshot);
      if (resize.isWanted()) {
        ResizedRestore.Wish wish =
            new ResizedRestore.Wish(
                snapshot, image, target, new SinkOptions(force, sparse), verify);
        return new ResizedRestore(shell(), isJson(), resize, catalog.warnings())
            .run(opened.repository(), wish);
      }
      Leftover.remove(shell(), target);
      try (View view = opened.repository().openView();
          TrackedSink sink =
              new TrackedSink(
                  Sinks.open(target, image.size(), new SinkOptions(force, sparse)), target)) {
        RestoreReport report = restore(view, new RestoreRequest(snapshot, image, sink, verify));
        return new RestoreOutcome(
            snapshot, image, target, report, Optional.empty(), catalog.warnings());
      }
    }
  }

  private RestoreReport restore(View view, RestoreRequest request) throws IOException {
    try (ProgressLine progress = shell().progress()) {
      Restore restore =
          new Restore(view, shell().surroundings().get(), progress, shell().cancellation());
      return restore.run(request);
    } catch (IOException | CorruptData e) {
      throw new Explained(e, ((TrackedSink) request.sink()).state());
    }
  }
}
