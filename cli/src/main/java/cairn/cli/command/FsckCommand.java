package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.cli.command.InsideAccess.Inside;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Units;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.ProgressLine;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.inside.Deadline;
import cairn.engine.inside.Fsck;
import cairn.engine.inside.FsckReport;
import cairn.engine.inside.Verdict;
import cairn.filesystem.NoSuchPlace;
import cairn.filesystem.Place;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn fsck`.
@Command(
    name = "fsck",
    header = "Check the file systems inside of a snapshot, image or device.",
    description = {
      "Checks all that is found: partition tables, LVM, and the metadata of each file system, by"
          + " itself and against each other. Nothing is mounted, and nothing is written: a journal"
          + " is replayed in memory.",
      "Each is clean, suspect or unknown. What is suspect ends in exit code 4, what could not be"
          + " read in 1, what is unknown for another reason in 3. 'cairn check' checks the"
          + " repository itself.",
      "A device that is in use, or an image that is written to, may look damaged and be sound:"
          + " check a snapshot of it instead.",
    },
    footer = {
      "%nExamples:",
      "  cairn fsck latest",
      "  cairn fsck latest:p2 --deep",
      "  cairn fsck disk.img",
    })
@JsonFields({
  "name: what was checked",
  "state: the worst of all: clean, unknown or suspect",
  "places: list of address, type, label, uuid, size, state, problemCount, problems (the first of"
      + " them, with kind, id, type and text), unknowns (why something is not known) and bytesRead",
  "warnings: snapshot records that are damaged",
})
final class FsckCommand extends CairnCommand {
  @Mixin private final InsideAccess access;

  @Parameters(paramLabel = "SNAPSHOT[:PLACE]", description = InsideName.PLACE_TEXT)
  private String name = "";

  @Option(
      names = "--deep",
      order = 10,
      description = "Also read the content of files, where the file system has checksums for it.")
  private boolean deep;

  @Option(
      names = "--problems",
      paramLabel = "COUNT",
      order = 11,
      description = "How many problems to print for each place. Default: 20.")
  private int problemsMax = 20;

  FsckCommand(Shell shell) {
    super(shell);
    this.access = new InsideAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    if (problemsMax < 0) {
      throw new UsageError("--problems is 0 or more, not " + problemsMax);
    }
    try (Inside inside = access.open(name);
        ProgressLine progress = shell().progress()) {
      Fsck fsck = new Fsck(progress, shell().cancellation());
      FsckReport report = fsck.run(places(inside), deep, Deadline.none());
      return new Result(inside.name(), report, problemsMax, inside.warnings());
    }
  }

  private static List<Place> places(Inside inside) throws UsageError {
    if (inside.path().isEmpty()) {
      return inside.places().all();
    }
    try {
      return List.of(inside.places().find(inside.path()));
    } catch (NoSuchPlace e) {
      throw new UsageError(String.valueOf(e.getMessage()), e);
    }
  }

  private record Result(
      String name, FsckReport report, int problemsMax, List<String> recordWarnings)
      implements Outcome {
    @Override
    public ExitCode exitCode() {
      ExitCode code = ExitCode.of(report.problems());
      return code == ExitCode.GOOD ? ExitCode.ofWarnings(warnings()) : code;
    }

    @Override
    public List<String> warnings() {
      List<String> warnings = new ArrayList<>(recordWarnings);
      for (Verdict verdict : report.verdicts()) {
        for (String unknown : verdict.unknowns()) {
          warnings.add("not everything in " + verdict.name() + " could be checked: " + unknown);
        }
      }
      if (report.verdicts().isEmpty()) {
        warnings.add("nothing was checked: " + FsckReport.NOTHING);
      }
      return warnings;
    }

    @Override
    public void print(PrintStream out) {
      for (Verdict verdict : report.verdicts()) {
        String count =
            verdict.problemCount() == 0
                ? ""
                : ", " + Units.count(verdict.problemCount(), "problem");
        out.println(verdict.name() + ": " + verdict.state().word() + count);
        verdict.problems().stream()
            .limit(problemsMax)
            .forEach(problem -> out.println("  " + problem.message()));
        long shown = Math.min(problemsMax, verdict.problems().size());
        if (verdict.problemCount() > shown) {
          out.println("  and " + Units.count(verdict.problemCount() - shown) + " more");
        }
      }
    }

    @Override
    public Json json() {
      return new Json()
          .put("name", name)
          .put("state", report.state().word())
          .putObjects("places", report.verdicts().stream().map(this::json).toList())
          .putTexts("warnings", recordWarnings);
    }

    private Json json(Verdict verdict) {
      List<Problem> problems = verdict.problems().stream().limit(problemsMax).toList();
      return PlaceText.json(verdict.place())
          .put("state", verdict.state().word())
          .put("problemCount", verdict.problemCount())
          .putObjects("problems", Describe.problems(problems))
          .putTexts("unknowns", verdict.unknowns())
          .put("bytesRead", verdict.bytesRead());
    }
  }
}
