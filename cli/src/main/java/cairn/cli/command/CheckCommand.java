package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.ProgressLine;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.verify.Check;
import cairn.engine.verify.CheckReport;
import cairn.engine.verify.CheckRequest;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `cairn check`.
@Command(
    name = "check",
    header = "Check that everything that snapshots need is there and sound.",
    description = {
      "Checks config, sessions, pins, indexes, packs, trees and snapshots against one another. With"
          + " --read-data the content of all packs is read, decoded and compared with its digests"
          + " too.",
      "Problems are printed one in a line and end in exit code 4, or 1 when something could not be"
          + " read and nothing is known to be damaged. Nothing is changed.",
    },
    footer = {
      "%nExamples:",
      "  cairn check",
      "  cairn check --read-data",
      "  cairn check --read-data=5",
    })
@JsonFields({
  "ok: whether there are no problems",
  "problems: list of what is wrong, with kind, id, type and text",
  "notes: what is unusual, but not wrong",
  "snapshots: snapshots checked",
  "nodes: tree nodes checked",
  "packsChecked: packs checked",
  "chunks: chunks decoded and compared with their digests",
  "bytesRead: bytes of packs read",
  "durationMillis: time that it took",
})
final class CheckCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Option(
      names = "--read-data",
      paramLabel = "PERCENT",
      arity = "0..1",
      fallbackValue = "100",
      order = 10,
      description =
          "Read the content of all packs, or of so many percent of them, chosen at random.")
  private double percent;

  CheckCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    if (!(percent >= 0 && percent <= 100)) {
      throw new UsageError("--read-data is from 0 to 100 percent, not " + percent);
    }
    try (Opened opened = access.open();
        ProgressLine progress = shell().progress()) {
      Check check =
          new Check(
              opened.repository(), shell().surroundings().get(), progress, shell().cancellation());
      return new Result(check.run(new CheckRequest(percent)));
    }
  }

  private record Result(CheckReport report) implements Outcome {
    @Override
    public ExitCode exitCode() {
      return ExitCode.of(report.problems());
    }

    @Override
    public void print(PrintStream out) {
      report.problems().forEach(problem -> out.println(problem.message()));
      report.notes().forEach(note -> out.println("note: " + note));
      out.println(
          switch (report.problems().size()) {
            case 0 -> "No problems found.";
            case 1 -> "1 problem found.";
            default -> Units.count(report.problems().size()) + " problems found.";
          });
      Table.ofFields()
          .row("  snapshots", Units.count(report.snapshots()))
          .row("  nodes", Units.count(report.nodes()))
          .row("  chunks", Units.count(report.chunks()) + " decoded")
          .row("  packs", Units.count(report.packsChecked()))
          .row(
              "  read",
              String.format(
                  Locale.ROOT,
                  "%s in %s",
                  Units.bytes(report.bytesRead()),
                  Units.duration(report.durationMillis())))
          .print(out);
    }

    @Override
    public Json json() {
      return new Json()
          .put("ok", report.ok())
          .putObjects("problems", Describe.problems(report.problems()))
          .putTexts("notes", report.notes())
          .put("snapshots", report.snapshots())
          .put("nodes", report.nodes())
          .put("packsChecked", report.packsChecked())
          .put("chunks", report.chunks())
          .put("bytesRead", report.bytesRead())
          .put("durationMillis", report.durationMillis());
    }
  }
}
