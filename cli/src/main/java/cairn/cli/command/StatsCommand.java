package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.Shell;
import cairn.engine.upkeep.Statistics;
import cairn.engine.upkeep.StatsReport;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `cairn stats`.
@Command(
    name = "stats",
    header = "Show how much a repository holds, and in how little space.",
    description =
        "Counts snapshots, chunks and bytes, and says what deduplication and compression save.",
    footer = {"%nExamples:", "  cairn stats", "  cairn stats -r /mnt/disk/backups --json"})
@JsonFields({
  "snapshots: number of snapshots",
  "groups: number of groups",
  "volumesBytes: sizes of all volumes of all snapshots",
  "dataBytes: the same without blocks of zeros",
  "uniqueChunks: number of different chunks",
  "uniqueBytes: their bytes, decoded",
  "storedBytes: bytes of all objects of the repository",
  "packs: number of packs",
  "deltaChunks: chunks stored as difference from another one",
})
final class StatsCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  StatsCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Opened opened = access.open()) {
      return new Result(Statistics.of(opened.repository()));
    }
  }

  private record Result(StatsReport stats) implements Outcome {
    @Override
    public void print(PrintStream out) {
      Table.ofFields()
          .row("snapshots", Units.count(stats.snapshots()))
          .row("groups", Units.count(stats.groups()))
          .row("volumes", Units.bytes(stats.volumesBytes()) + " in all snapshots")
          .row("data", Units.bytes(stats.dataBytes()) + " of that are not zeros")
          .row(
              "unique",
              String.format(
                  Locale.ROOT,
                  "%s in %s chunks, %s of them stored as differences",
                  Units.bytes(stats.uniqueBytes()),
                  Units.count(stats.uniqueChunks()),
                  Units.count(stats.deltaChunks())))
          .row("packs", Units.count(stats.packs()))
          .row("stored", Units.bytes(stats.storedBytes()) + ratio())
          .print(out);
    }

    private String ratio() {
      if (stats.storedBytes() == 0 || stats.dataBytes() == 0) {
        return "";
      }
      double ratio = (double) stats.dataBytes() / stats.storedBytes();
      return String.format(Locale.ROOT, ", 1 byte for %.1f bytes of data", ratio);
    }

    @Override
    public Json json() {
      return new Json()
          .put("snapshots", stats.snapshots())
          .put("groups", stats.groups())
          .put("volumesBytes", stats.volumesBytes())
          .put("dataBytes", stats.dataBytes())
          .put("uniqueChunks", stats.uniqueChunks())
          .put("uniqueBytes", stats.uniqueBytes())
          .put("storedBytes", stats.storedBytes())
          .put("packs", stats.packs())
          .put("deltaChunks", stats.deltaChunks());
    }
  }
}
