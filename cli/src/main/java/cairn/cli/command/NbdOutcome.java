package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.cli.report.Json;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Failures;
import cairn.export.nbd.Tally;
import cairn.export.nbd.Tally.Failure;
import cairn.repository.read.ChunkMissing;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What came of serving a snapshot.
///
/// @param shortId of the snapshot, for people
/// @param ending what went wrong at the end
record NbdOutcome(
    String shortId, ObjectId id, Tally tally, Optional<Failure> ending, List<String> warnings)
    implements Outcome {
  @Override
  public ExitCode exitCode() {
    if (failureCount() == 0) {
      return ExitCode.ofWarnings(warnings);
    }
    boolean damage = failures().stream().anyMatch(each -> isDamage(each.why()));
    return damage ? ExitCode.DAMAGE : ExitCode.FAILED;
  }

  private long failureCount() {
    return tally.failureCount() + (ending.isPresent() ? 1 : 0);
  }

  private List<Failure> failures() {
    return Stream.concat(tally.failures().stream(), ending.stream()).toList();
  }

  private static boolean isDamage(@Nullable Throwable why) {
    return why != null
        && (why instanceof CorruptData || why instanceof ChunkMissing || isDamage(why.getCause()));
  }

  @Override
  public void print(PrintStream out) {
    out.println("Served snapshot " + shortId);
    Table.ofFields()
        .row("  connections", Units.count(tally.connections()))
        .row("  read", Units.bytes(tally.bytesRead()))
        .row("  written", Units.bytes(tally.bytesWritten()))
        .print(out);
    if (failureCount() > 0) {
      failures().forEach(failure -> out.println(sentence(failure)));
      out.printf(
          Locale.ROOT,
          "FAILED: %s, as above.%n",
          failureCount() == 1 ? "1 request" : Units.count(failureCount()) + " requests");
    }
  }

  private static String sentence(Failure failure) {
    return String.format(
        Locale.ROOT,
        "%s of %s at %d: %s",
        kind(failure),
        failure.export(),
        failure.offset(),
        Failures.sentence(failure.why()));
  }

  private static String kind(Failure failure) {
    return failure.kind().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Json json() {
    return new Json()
        .put("snapshot", id.toString())
        .put("connections", tally.connections())
        .put("bytesRead", tally.bytesRead())
        .put("bytesWritten", tally.bytesWritten())
        .put("failures", failureCount())
        .putObjects("problems", failures().stream().map(NbdOutcome::json).toList())
        .put("ok", failureCount() == 0)
        .putTexts("warnings", warnings);
  }

  private static Json json(Failure failure) {
    return new Json()
        .put("export", failure.export())
        .put("kind", kind(failure))
        .put("offset", failure.offset())
        .put("text", Failures.sentence(failure.why()));
  }
}
