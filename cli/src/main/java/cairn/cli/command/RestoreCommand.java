package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Explained;
import cairn.cli.shell.ProgressLine;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.restore.Restore;
import cairn.engine.restore.RestoreReport;
import cairn.engine.restore.RestoreRequest;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.volume.SinkOptions;
import cairn.volume.Sinks;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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

  @Option(
      names = "--volume",
      paramLabel = "VOLUME",
      order = 10,
      description = "Which volume, where the snapshot has several.")
  private @Nullable String volume;

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

  RestoreCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Opened opened = access.open()) {
      Catalog catalog = Catalog.of(opened.repository());
      Snapshot snapshot = catalog.find(reference);
      VolumeImage image = image(snapshot);
      try (View view = opened.repository().openView();
          TrackedSink sink =
              new TrackedSink(
                  Sinks.open(target, image.size(), new SinkOptions(force, sparse)), target)) {
        RestoreReport report = restore(view, new RestoreRequest(snapshot, image, sink, verify));
        return new Result(snapshot, image, target, report, catalog.warnings());
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

  private VolumeImage image(Snapshot snapshot) throws UsageError {
    List<VolumeImage> volumes = snapshot.details().volumes();
    String names = volumes.stream().map(VolumeImage::name).collect(Collectors.joining(", "));
    if (volume == null) {
      if (volumes.size() == 1) {
        return volumes.getFirst();
      }
      throw new UsageError("the snapshot has several volumes, name one by --volume: " + names);
    }
    return volumes.stream()
        .filter(each -> each.name().equals(volume))
        .findFirst()
        .orElseThrow(
            () -> new UsageError("the snapshot has no volume '" + volume + "', only " + names));
  }

  private record Result(
      Snapshot snapshot,
      VolumeImage volume,
      String target,
      RestoreReport report,
      List<String> warnings)
      implements Outcome {
    @Override
    public ExitCode exitCode() {
      return report.problems().isEmpty()
          ? ExitCode.ofWarnings(warnings)
          : ExitCode.of(report.problems());
    }

    @Override
    public void print(PrintStream out) {
      long lost = lost();
      out.printf(
          Locale.ROOT,
          "Restored %s of snapshot %s to %s%n",
          volume.name(),
          Describe.shortId(snapshot.id()),
          target);
      Table.ofFields()
          .row("  size", Units.bytes(report.bytesTotal()))
          .row(
              "  written",
              String.format(
                  Locale.ROOT,
                  "%s in %s",
                  Units.bytes(report.bytesWritten()),
                  Units.duration(report.durationMillis())))
          .row("  verified", Units.bytes(report.bytesVerified()) + " read back and compared")
          .print(out);
      if (!report.problems().isEmpty()) {
        report.problems().forEach(problem -> out.println(problem.message()));
        out.printf(
            Locale.ROOT,
            "NOT restored: %s, in the byte ranges above. The rest was restored.%n",
            Units.bytes(lost));
      }
    }

    private long lost() {
      return report.problems().stream()
          .mapToLong(
              problem -> problem instanceof Problem.Affected(_, _, _, long length) ? length : 0)
          .sum();
    }

    @Override
    public Json json() {
      return new Json()
          .put("snapshot", snapshot.id().toString())
          .put("volume", volume.name())
          .put("target", target)
          .put("bytesTotal", report.bytesTotal())
          .put("bytesWritten", report.bytesWritten())
          .put("bytesVerified", report.bytesVerified())
          .put("durationMillis", report.durationMillis())
          .putObjects("problems", Describe.problems(report.problems()))
          .put("ok", report.problems().isEmpty())
          .putTexts("warnings", warnings);
    }
  }
}
