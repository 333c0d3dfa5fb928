package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.engine.collect.CollectReport;
import cairn.engine.collect.CollectReport.Changes;
import cairn.engine.collect.CollectReport.Found;
import java.io.PrintStream;
import java.util.Locale;

/// What a collection found and gave back, or would.
record Collected(CollectReport report) implements Outcome {
  @Override
  public void print(PrintStream out) {
    if (report.dryRun()) {
      printPlan(report, out);
    } else {
      out.printf(
          Locale.ROOT,
          "Freed %s in %s.%n",
          Units.bytes(report.changes().bytesFreed()),
          Units.duration(report.durationMillis()));
    }
    printFigures(out);
    report.notes().forEach(note -> out.println("note: " + note));
  }

  private void printFigures(PrintStream out) {
    Found found = report.found();
    Changes changes = report.changes();
    Table table =
        Table.ofFields()
            .row(
                "  marked",
                Units.count(found.snapshots(), "snapshot")
                    + ", "
                    + Units.count(found.nodes(), "node"))
            .row("  live", chunks(found.liveBytes(), found.liveChunks()))
            .row("  garbage", chunks(found.garbageBytes(), found.garbageChunks()))
            .row("  pending", Units.bytes(found.pendingBytes()))
            .row(
                "  packs",
                Units.count(changes.packsRemoved())
                    + " removed, "
                    + Units.count(changes.packsRepacked())
                    + " repacked");
    if (changes.packsKept() > 0) {
      table.row("  kept", Units.count(changes.packsKept(), "pack") + " needed again");
    }
    table.row(
        "  deduplicated",
        String.format(
            Locale.ROOT,
            "%.1f times, average chunk %s",
            deduplicationFactor(),
            Units.bytes(averageChunkBytes())));
    table.print(out);
  }

  private static String chunks(long bytes, long chunks) {
    return Units.bytes(bytes) + " in " + Units.count(chunks, "chunk");
  }

  private double deduplicationFactor() {
    long raw = report.found().liveRawBytes();
    return raw == 0 ? 1 : (double) report.found().dataBytes() / raw;
  }

  private long averageChunkBytes() {
    return report.found().liveRawBytes() / Math.max(1, report.found().liveChunks());
  }

  @Override
  public Json json() {
    Found found = report.found();
    Changes changes = report.changes();
    return new Json()
        .put("dryRun", report.dryRun())
        .put("snapshots", found.snapshots())
        .put("nodes", found.nodes())
        .put("liveChunks", found.liveChunks())
        .put("liveBytes", found.liveBytes())
        .put("garbageChunks", found.garbageChunks())
        .put("garbageBytes", found.garbageBytes())
        .put("pendingBytes", found.pendingBytes())
        .put("packBytes", found.packBytes())
        .put("packsRemoved", changes.packsRemoved())
        .put("packsRepacked", changes.packsRepacked())
        .put("bytesRepacked", changes.bytesRepacked())
        .put("bytesFreed", changes.bytesFreed())
        .put("packsKept", changes.packsKept())
        .put("deduplicationFactor", deduplicationFactor())
        .put("averageChunkBytes", averageChunkBytes())
        .putTexts("notes", report.notes())
        .put("durationMillis", report.durationMillis());
  }

  /// What is meant to be done, before it is.
  static void printPlan(CollectReport plan, PrintStream out) {
    Changes changes = plan.changes();
    if (changes.packsRemoved() == 0) {
      out.println("Plan: nothing to remove.");
    } else {
      out.printf(
          Locale.ROOT,
          "Plan: remove %s, %s of them after copying %s; frees %s of %s.%n",
          Units.count(changes.packsRemoved(), "pack"),
          Units.count(changes.packsRepacked()),
          Units.bytes(changes.bytesRepacked()),
          Units.bytes(changes.bytesFreed()),
          Units.bytes(plan.found().packBytes()));
    }
    out.flush();
  }
}
