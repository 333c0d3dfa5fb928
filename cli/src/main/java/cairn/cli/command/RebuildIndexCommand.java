package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Units;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.ProgressLine;
import cairn.cli.shell.Shell;
import cairn.engine.upkeep.RebuildIndex;
import cairn.engine.upkeep.RebuildReport;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `cairn rebuild-index`.
@Command(
    name = "rebuild-index",
    header = "Make the index anew from the packs.",
    description = {
      "For a repository whose index is damaged or lost. The packs themselves list what they hold,"
          + " so nothing but this list is made anew.",
    },
    footer = {"%nExamples:", "  cairn rebuild-index", "  cairn check"})
@JsonFields({
  "packs: packs read",
  "chunks: chunks that no index listed and that the new one lists",
  "problems: list of packs that could not be taken in, with kind, id, type and text",
  "ok: whether there are no problems",
  "durationMillis: time that it took",
})
final class RebuildIndexCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  RebuildIndexCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Opened opened = access.open();
        ProgressLine progress = shell().progress()) {
      RebuildIndex rebuild =
          new RebuildIndex(
              opened.repository(), shell().surroundings().get(), progress, shell().cancellation());
      return new Result(rebuild.run());
    }
  }

  private record Result(RebuildReport report) implements Outcome {
    @Override
    public ExitCode exitCode() {
      return ExitCode.of(report.problems());
    }

    @Override
    public void print(PrintStream out) {
      report.problems().forEach(problem -> out.println(problem.message()));
      out.printf(
          Locale.ROOT,
          "Indexed %s chunks that no index listed; read %s packs in %s.%n",
          Units.count(report.chunks()),
          Units.count(report.packs()),
          Units.duration(report.durationMillis()));
    }

    @Override
    public Json json() {
      return new Json()
          .put("packs", report.packs())
          .put("chunks", report.chunks())
          .putObjects("problems", Describe.problems(report.problems()))
          .put("ok", report.problems().isEmpty())
          .put("durationMillis", report.durationMillis());
    }
  }
}
