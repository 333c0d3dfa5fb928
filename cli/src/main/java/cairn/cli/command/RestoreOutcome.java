package cairn.cli.command;

import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.ExitCode;
import cairn.engine.resize.ResizePlan;
import cairn.engine.restore.RestoreReport;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What `cairn restore` did.
///
/// @param plan of what went where, when the target has another size
record RestoreOutcome(
    Snapshot snapshot,
    VolumeImage volume,
    String target,
    RestoreReport report,
    Optional<ResizePlan> plan,
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
          Units.bytes(Describe.bytesLost(report.problems())));
      plan.flatMap(ResizePlan::change)
          .filter(ResizePlan.Change::grows)
          .ifPresent(change -> out.println(change.move().name() + " was NOT made larger."));
    }
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
        .putObjects("plan", plan.map(PlanText::json).orElse(List.of()))
        .putTexts("warnings", warnings);
  }
}
