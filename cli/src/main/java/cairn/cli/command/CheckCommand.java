package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
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
import cairn.engine.Cancellation;
import cairn.engine.Surroundings;
import cairn.engine.repair.Repair;
import cairn.engine.repair.RepairReport;
import cairn.engine.repair.RepairReport.RepairedPack;
import cairn.engine.verify.Check;
import cairn.engine.verify.CheckReport;
import cairn.engine.verify.CheckRequest;
import cairn.repository.Repository;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
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
      "With --repair all data is read, and what is damaged is repaired as far as that is possible:"
          + " packs by their parity, indexes from the packs. A pack that parity does not bring back"
          + " is moved to the folder quarantine of the repository, after what is good in it was"
          + " stored anew. Nothing is deleted. What is lost is named, and the next backup of that"
          + " source stores it again if the source still holds it. A repair that was needed and"
          + " left nothing damaged ends in exit code 3.",
    },
    footer = {
      "%nExamples:",
      "  cairn check",
      "  cairn check --read-data",
      "  cairn check --read-data=5",
      "  cairn check --repair",
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
  "repairedPacks: list of packs whose bytes are what was written again, with pack and shards",
  "quarantinedPacks: packs that were set aside",
  "missingPacks: packs that the index listed and that are not there",
  "chunksSaved: chunks copied out of packs that were set aside",
  "chunksIndexed: chunks that no index listed and that one lists again",
  "chunksLost: chunks of which nothing good is left",
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

  @Option(
      names = "--repair",
      order = 11,
      description = "Repair what is damaged. Reads all data. Deletes nothing.")
  private boolean repair;

  CheckCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    if (!(percent >= 0 && percent <= 100)) {
      throw new UsageError("--read-data is from 0 to 100 percent, not " + percent);
    }
    try (Opened opened = repair ? access.openToStore() : access.open();
        ProgressLine progress = shell().progress()) {
      Repository repository = opened.repository();
      Surroundings surroundings = shell().surroundings().get();
      Cancellation cancellation = shell().cancellation();
      if (repair) {
        return new RepairResult(new Repair(repository, surroundings, progress, cancellation).run());
      }
      Check check = new Check(repository, surroundings, progress, cancellation);
      return new Result(check.run(new CheckRequest(percent)));
    }
  }

  private static void print(CheckReport report, List<Problem> problems, PrintStream out) {
    problems.forEach(problem -> out.println(problem.message()));
    report.notes().forEach(note -> out.println("note: " + note));
    out.println(
        switch (problems.size()) {
          case 0 -> "No problems found.";
          case 1 -> "1 problem found.";
          default -> Units.count(problems.size()) + " problems found.";
        });
  }

  private static void printFigures(CheckReport report, PrintStream out) {
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

  /// @param found has the figures
  private static Json json(CheckReport found, CheckReport left, List<Problem> problems) {
    return new Json()
        .put("ok", problems.isEmpty())
        .putObjects("problems", Describe.problems(problems))
        .putTexts("notes", left.notes())
        .put("snapshots", found.snapshots())
        .put("nodes", found.nodes())
        .put("packsChecked", found.packsChecked())
        .put("chunks", found.chunks())
        .put("bytesRead", found.bytesRead());
  }

  private static Json putRepair(Json json, RepairReport report) {
    return json.putObjects(
            "repairedPacks", report.repaired().stream().map(CheckCommand::json).toList())
        .putTexts("quarantinedPacks", texts(report.quarantined()))
        .putTexts("missingPacks", texts(report.missing()))
        .put("chunksSaved", report.chunksSaved())
        .put("chunksIndexed", report.chunksIndexed())
        .put("chunksLost", report.chunksLost())
        .put("durationMillis", report.durationMillis());
  }

  private static Json json(RepairedPack pack) {
    return new Json().put("pack", pack.pack().toString()).put("shards", pack.shards());
  }

  private static List<String> texts(List<ObjectId> ids) {
    return ids.stream().map(ObjectId::toString).toList();
  }

  private record Result(CheckReport report) implements Outcome {
    @Override
    public ExitCode exitCode() {
      return ExitCode.of(report.problems());
    }

    @Override
    public void print(PrintStream out) {
      CheckCommand.print(report, report.problems(), out);
      printFigures(report, out);
    }

    @Override
    public Json json() {
      return putRepair(
          CheckCommand.json(report, report, report.problems()), RepairReport.nothingDone(report));
    }
  }

  private record RepairResult(RepairReport report) implements Outcome {
    @Override
    public ExitCode exitCode() {
      return report.problems().isEmpty()
          ? ExitCode.ofWarnings(warnings())
          : ExitCode.of(report.problems());
    }

    @Override
    public List<String> warnings() {
      return report.found().ok()
          ? List.of()
          : List.of(
              "there was damage: look after the disk or machine that the repository is on; what"
                  + " was damaged is in its folder quarantine, and may be deleted");
    }

    @Override
    public void print(PrintStream out) {
      for (RepairedPack pack : report.repaired()) {
        String how =
            pack.shards() == 0
                ? "its parity was computed anew"
                : Units.count(pack.shards())
                    + (pack.shards() == 1 ? " piece" : " pieces")
                    + " came back by parity";
        out.println("repaired pack " + pack.pack() + ": " + how);
      }
      report.quarantined().forEach(pack -> out.println("quarantined pack " + pack));
      report.missing().forEach(pack -> out.println("pack " + pack + " is not there any more"));
      if (!report.found().ok()) {
        out.printf(
            Locale.ROOT,
            "%s chunks saved, %s indexed again, %s lost.%n",
            Units.count(report.chunksSaved()),
            Units.count(report.chunksIndexed()),
            Units.count(report.chunksLost()));
      }
      CheckCommand.print(report.left(), report.problems(), out);
      printFigures(report.found(), out);
    }

    @Override
    public Json json() {
      return putRepair(CheckCommand.json(report.found(), report.left(), report.problems()), report);
    }
  }
}
