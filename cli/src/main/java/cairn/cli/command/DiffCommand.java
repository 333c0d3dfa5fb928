package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.Shell;
import cairn.engine.compare.Diff;
import cairn.engine.compare.DiffReport;
import cairn.engine.compare.Range;
import cairn.engine.compare.VolumeDiff;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `cairn diff`.
@Command(
    name = "diff",
    header = "Show which parts of the volumes differ between two snapshots.",
    description = {
      "Compares volumes of the same name, in whole blocks and in time proportional to what differs."
          + " A volume that one of the snapshots lacks is compared with zeros.",
    },
    footer = {"%nExamples:", "  cairn diff 1f3a latest", "  cairn diff 1f3a 77b0 --json"})
@JsonFields({
  "before: id of the first snapshot",
  "after: id of the second snapshot",
  "bytes: bytes in all ranges of all volumes",
  "volumes: list of name, bytes, and ranges: list of offset and length",
  "warnings: snapshot records that are damaged",
})
final class DiffCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Parameters(index = "0", paramLabel = "BEFORE", description = SnapshotText.REFERENCE)
  private String before = "";

  @Parameters(index = "1", paramLabel = "AFTER", description = "The snapshot to compare it with.")
  private String after = "";

  DiffCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Opened opened = access.open()) {
      Catalog catalog = Catalog.of(opened.repository());
      Snapshot left = catalog.find(before);
      Snapshot right = catalog.find(after);
      try (View view = opened.repository().openView()) {
        return new Result(left, right, new Diff(view).run(left, right), catalog.warnings());
      }
    }
  }

  private record Result(Snapshot before, Snapshot after, DiffReport report, List<String> warnings)
      implements Outcome {
    @Override
    public void print(PrintStream out) {
      if (bytes() > 0) {
        Table table = Table.of("VOLUME", ">OFFSET", ">LENGTH");
        for (VolumeDiff volume : report.volumes()) {
          for (Range range : volume.ranges()) {
            table.row(volume.name(), "" + range.offset(), "" + range.length());
          }
        }
        table.print(out);
      }
      out.printf(
          Locale.ROOT,
          "%s differ between %s and %s, in %s.%n",
          Units.bytes(bytes()),
          Describe.shortId(before.id()),
          Describe.shortId(after.id()),
          ranges() == 1 ? "1 range" : Units.count(ranges()) + " ranges");
    }

    private long bytes() {
      return report.volumes().stream().mapToLong(VolumeDiff::bytes).sum();
    }

    private long ranges() {
      return report.volumes().stream().mapToLong(volume -> volume.ranges().size()).sum();
    }

    @Override
    public Json json() {
      return new Json()
          .put("before", before.id().toString())
          .put("after", after.id().toString())
          .put("bytes", bytes())
          .putObjects("volumes", report.volumes().stream().map(Result::json).toList())
          .putTexts("warnings", warnings);
    }

    private static Json json(VolumeDiff volume) {
      List<Json> ranges =
          volume.ranges().stream()
              .map(r -> new Json().put("offset", r.offset()).put("length", r.length()))
              .toList();
      return new Json()
          .put("name", volume.name())
          .put("bytes", volume.bytes())
          .putObjects("ranges", ranges);
    }
  }
}
