package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Shell;
import cairn.engine.inside.FsckText;
import cairn.engine.inside.Verdict;
import cairn.repository.Repository;
import cairn.repository.pin.Pins;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `cairn snapshots`.
@Command(
    name = "snapshots",
    header = "List snapshots, oldest first.",
    description = "Lists all snapshots, or those of one GROUP.",
    footer = {"%nExamples:", "  cairn snapshots", "  cairn snapshots laptop"})
@JsonFields({
  "snapshots: list of objects as 'cairn show --json' prints them",
  "problems: list of snapshot and pin records that are damaged, with kind, id, type and text",
})
final class SnapshotsCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Parameters(paramLabel = "GROUP", arity = "0..1", description = "Only snapshots of this group.")
  private @Nullable String group;

  SnapshotsCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Opened opened = access.open()) {
      Repository.Listing listing = opened.repository().snapshots();
      List<Snapshot> wanted =
          listing.snapshots().stream()
              .filter(snapshot -> group == null || snapshot.group().equals(group))
              .toList();
      return new Result(wanted, listing.problems(), opened.repository().pins().read());
    }
  }

  private record Result(List<Snapshot> snapshots, List<Problem> damaged, Pins.Listing pins)
      implements Outcome {
    private List<Problem> problems() {
      return Stream.concat(damaged.stream(), pins.problems().stream()).toList();
    }

    @Override
    public ExitCode exitCode() {
      return ExitCode.of(problems());
    }

    @Override
    public List<String> warnings() {
      return problems().stream().map(Problem::message).toList();
    }

    @Override
    public void print(PrintStream out) {
      if (snapshots.isEmpty()) {
        out.println("No snapshots.");
        return;
      }
      Table table = Table.of("ID", "TIME", ">SIZE", ">ADDED", "GROUP", "FSCK", "PINNED", "TAGS");
      for (Snapshot snapshot : snapshots) {
        table.row(
            Describe.shortId(snapshot.id()),
            Describe.time(snapshot.received()),
            Units.bytes(Describe.size(snapshot)),
            Units.bytes(snapshot.details().counts().bytesStored()),
            snapshot.group(),
            FsckText.state(snapshot).map(Verdict.State::word).orElse(""),
            pins.isPinned(snapshot.id()) ? "yes" : "",
            String.join(" ", snapshot.details().tags()));
      }
      table.print(out);
    }

    @Override
    public Json json() {
      return new Json()
          .putObjects(
              "snapshots",
              snapshots.stream().map(snapshot -> PinText.json(snapshot, pins)).toList())
          .putObjects("problems", Describe.problems(problems()));
    }
  }
}
