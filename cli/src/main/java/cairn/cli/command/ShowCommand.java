package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.Shell;
import cairn.repository.pin.Pins;
import cairn.repository.snapshot.Counts;
import cairn.repository.snapshot.Details;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `cairn show`.
@Command(
    name = "show",
    header = "Show all that is known of a snapshot.",
    description = "Shows where a snapshot came from, what it holds, and what it cost.",
    footer = {"%nExamples:", "  cairn show latest", "  cairn show 1f3a --json"})
@JsonFields({
  "snapshot: its id",
  "group: its group",
  "received: when the repository received it, UTC",
  "started: when the backup began, UTC, by the clock of the machine that made it",
  "parent: id of the snapshot that it was compared with, or null",
  "host: machine that made it",
  "program: name and version of the program that made it",
  "tags: list of words kept with it",
  "verified: whether each chunk was decoded again before it was stored",
  "volumes: list of name, size, blockBytes, root (null when all is zeros) and source",
  "counts: blocksTotal, blocksRead, blocksNew, bytesRead, bytesStored and durationMillis",
  "pinned: whether it is pinned",
  "pins: list of reason and made, UTC, of each of its pins that can be read",
})
final class ShowCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Parameters(paramLabel = "SNAPSHOT", description = SnapshotText.REFERENCE)
  private String reference = "";

  ShowCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Opened opened = access.open()) {
      Catalog catalog = Catalog.of(opened.repository());
      Pins.Listing pins = opened.repository().pins().read();
      List<String> warnings = new ArrayList<>(catalog.warnings());
      pins.problems().forEach(problem -> warnings.add(problem.message()));
      return new Result(catalog.find(reference), pins, warnings);
    }
  }

  private record Result(Snapshot snapshot, Pins.Listing pins, List<String> warnings)
      implements Outcome {
    @Override
    public void print(PrintStream out) {
      Details details = snapshot.details();
      Counts counts = details.counts();
      Table table =
          Table.ofFields()
              .row("snapshot", snapshot.id().toString())
              .row("group", snapshot.group())
              .row("received", Describe.time(snapshot.received()))
              .row("started", Describe.time(details.started()))
              .row("took", Units.duration(counts.durationMillis()))
              .row("parent", details.parent().map(Object::toString).orElse("none"))
              .row("host", details.host())
              .row("program", details.program())
              .row("tags", details.tags().isEmpty() ? "none" : String.join(" ", details.tags()))
              .row("pinned", PinText.of(snapshot, pins))
              .row("verified", details.verified() ? "yes" : "no, by --no-verify")
              .row("read", Units.bytes(counts.bytesRead()))
              .row(
                  "new",
                  String.format(
                      Locale.ROOT,
                      "%s of %s blocks",
                      Units.count(counts.blocksNew()),
                      Units.count(counts.blocksTotal())))
              .row("stored", Units.bytes(counts.bytesStored()));
      details.volumes().forEach(volume -> addRows(volume, table));
      table.print(out);
    }

    private static void addRows(VolumeImage volume, Table table) {
      table
          .row("", "")
          .row("volume", volume.name())
          .row(
              "  size",
              String.format(
                  Locale.ROOT,
                  "%s (%s bytes)",
                  Units.bytes(volume.size()),
                  Units.count(volume.size())))
          .row("  block", Units.bytes(volume.blockBytes()))
          .row(
              "  root",
              volume.root().map(root -> root.id().toString()).orElse("none, all of it is zeros"));
      volume.source().entrySet().stream()
          .filter(entry -> !entry.getValue().isEmpty())
          .sorted(java.util.Map.Entry.comparingByKey())
          .forEach(entry -> table.row("  " + entry.getKey(), entry.getValue()));
    }

    @Override
    public Json json() {
      return PinText.json(snapshot, pins);
    }
  }
}
