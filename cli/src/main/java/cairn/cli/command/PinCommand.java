package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.retention.Pinning;
import cairn.repository.Repository;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn pin`.
@Command(
    name = "pin",
    header = "Pin snapshots, so that no policy removes them.",
    description = {
      "A pinned snapshot stays until it is unpinned: 'cairn forget' does not remove it, neither by"
          + " a policy nor by name. 'cairn snapshots' marks it, 'cairn show' tells the reason.",
    },
    footer = {
      "%nExamples:",
      "  cairn pin latest --reason 'before the move to the new server'",
      "  cairn pin 1f3a 77b0",
    })
@JsonFields({
  "pinned: list of ids of the snapshots pinned",
  "warnings: snapshot records that are damaged",
})
final class PinCommand extends CairnCommand {
  private static final int REASON_CHARACTERS_MAX = 1000;

  @Mixin private final RepositoryAccess access;

  @Parameters(paramLabel = "SNAPSHOT", arity = "1..*", description = SnapshotText.REFERENCE)
  private List<String> references = List.of();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      order = 10,
      description =
          "Why it is to be kept; one line. It is not encrypted, even in an encrypted repository.")
  private String reason = "";

  PinCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    checkReason();
    try (Opened opened = access.open()) {
      Repository repository = opened.repository();
      Catalog catalog = Catalog.of(repository);
      Set<Snapshot> snapshots = new LinkedHashSet<>();
      for (String reference : references) {
        snapshots.add(catalog.find(reference));
      }
      List<Snapshot> found = List.copyOf(snapshots);
      Pinning.run(repository, found, reason, shell().surroundings().get());
      return new Result(found, catalog.warnings());
    }
  }

  private void checkReason() throws UsageError {
    if (reason.length() > REASON_CHARACTERS_MAX
        || reason.codePoints().anyMatch(Character::isISOControl)) {
      throw new UsageError(
          String.format(
              Locale.ROOT,
              "the reason is not one line of at most %d characters",
              REASON_CHARACTERS_MAX));
    }
  }

  private record Result(List<Snapshot> snapshots, List<String> warnings) implements Outcome {
    @Override
    public void print(PrintStream out) {
      for (Snapshot snapshot : snapshots) {
        out.printf(
            Locale.ROOT,
            "Pinned snapshot %s of %s, made %s%n",
            Describe.shortId(snapshot.id()),
            snapshot.group(),
            Describe.time(snapshot.received()));
      }
    }

    @Override
    public Json json() {
      return new Json()
          .putTexts("pinned", snapshots.stream().map(each -> each.id().toString()).toList())
          .putTexts("warnings", warnings);
    }
  }
}
