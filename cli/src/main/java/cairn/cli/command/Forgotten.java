package cairn.cli.command;

import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.engine.retention.ForgetPlan;
import cairn.engine.retention.Verdict;
import cairn.repository.snapshot.Snapshot;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What was forgotten, or would be.
///
/// @param plan by which it was; empty when the snapshots were named
record Forgotten(
    boolean dryRun, Optional<ForgetPlan> plan, List<Snapshot> snapshots, List<String> warnings)
    implements Outcome {
  @Override
  public void print(PrintStream out) {
    if (plan.isEmpty()) {
      snapshots.forEach(snapshot -> printNamed(snapshot, out));
      return;
    }
    groups().forEach(group -> print(group, out));
    long kept =
        groups().stream()
            .flatMap(group -> group.verdicts().stream())
            .filter(Verdict::isKept)
            .count();
    out.printf(
        Locale.ROOT,
        dryRun ? "Would forget %s and keep %s; nothing was changed.%n" : "Forgot %s, kept %s.%n",
        snapshots.size() == 1 ? "1 snapshot" : Units.count(snapshots.size()) + " snapshots",
        Units.count(kept));
  }

  private void printNamed(Snapshot snapshot, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%s snapshot %s of %s, made %s%n",
        dryRun ? "Would forget" : "Forgot",
        Describe.shortId(snapshot.id()),
        snapshot.group(),
        Describe.time(snapshot.received()));
  }

  private static void print(ForgetPlan.OfGroup group, PrintStream out) {
    out.println("Group " + group.group() + ", policy: " + group.policy());
    Table table = Table.of("ID", "TIME", "DECISION", "REASON");
    for (Verdict verdict : group.verdicts()) {
      table.row(
          Describe.shortId(verdict.snapshot().id()),
          Describe.time(verdict.snapshot().received()),
          verdict.isKept() ? "keep" : "forget",
          verdict.reason().orElse(""));
    }
    table.print(out);
    out.println();
  }

  @Override
  public Json json() {
    return new Json()
        .put("dryRun", dryRun)
        .putObjects("groups", groups().stream().map(Forgotten::json).toList())
        .putTexts("forgotten", ids(snapshots))
        .putTexts("warnings", warnings)
        .put("gc", Optional.empty());
  }

  private List<ForgetPlan.OfGroup> groups() {
    return plan.map(ForgetPlan::groups).orElse(List.of());
  }

  private static Json json(ForgetPlan.OfGroup group) {
    List<Json> kept =
        group.verdicts().stream().filter(Verdict::isKept).map(Forgotten::json).toList();
    return new Json()
        .put("group", group.group())
        .put("policy", RetentionText.json(group.policy()))
        .putObjects("kept", kept)
        .putTexts("forgotten", ids(group.forgotten()));
  }

  private static Json json(Verdict kept) {
    return new Json()
        .put("id", kept.snapshot().id().toString())
        .put("reason", kept.reason().orElse(""));
  }

  private static List<String> ids(List<Snapshot> snapshots) {
    return snapshots.stream().map(each -> each.id().toString()).toList();
  }
}
