package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `cairn forget`.
@Command(
    name = "forget",
    header = "Remove snapshots.",
    description = {
      "Removes the records of the snapshots named, all or, when one of the names is wrong, none."
          + " The data that only they needed stays where it is until garbage is collected.",
    },
    footer = {"%nExamples:", "  cairn forget 1f3a", "  cairn forget 1f3a 77b0 latest:laptop"})
@JsonFields({
  "forgotten: list of ids of the snapshots removed",
  "warnings: snapshot records that are damaged",
})
final class ForgetCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Parameters(paramLabel = "SNAPSHOT", arity = "1..*", description = SnapshotText.REFERENCE)
  private List<String> references = List.of();

  ForgetCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Opened opened = access.open()) {
      Catalog catalog = Catalog.of(opened.repository());
      Set<Snapshot> snapshots = new LinkedHashSet<>();
      for (String reference : references) {
        snapshots.add(catalog.find(reference));
      }
      for (Snapshot snapshot : snapshots) {
        opened.repository().forget(snapshot);
      }
      return new Result(List.copyOf(snapshots), catalog.warnings());
    }
  }

  private record Result(List<Snapshot> snapshots, List<String> warnings) implements Outcome {
    @Override
    public void print(PrintStream out) {
      for (Snapshot snapshot : snapshots) {
        out.printf(
            Locale.ROOT,
            "Forgot snapshot %s of %s, made %s%n",
            Describe.shortId(snapshot.id()),
            snapshot.group(),
            Describe.time(snapshot.received()));
      }
    }

    @Override
    public Json json() {
      return new Json()
          .putTexts("forgotten", snapshots.stream().map(each -> each.id().toString()).toList())
          .putTexts("warnings", warnings);
    }
  }
}
