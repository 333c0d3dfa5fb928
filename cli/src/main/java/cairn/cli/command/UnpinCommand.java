package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.repository.pin.Pins;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `cairn unpin`.
@Command(
    name = "unpin",
    header = "Take the pins off snapshots.",
    description = {
      "Removes all pins of the snapshots named, so that policies count them again and may remove"
          + " them. One that is not pinned is said to be, and nothing is done to it.",
    },
    footer = {"%nExamples:", "  cairn unpin 1f3a", "  cairn unpin latest:laptop"})
@JsonFields({
  "unpinned: list of ids of the snapshots that were pinned and are no more",
  "warnings: snapshot records that are damaged",
})
final class UnpinCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Parameters(paramLabel = "SNAPSHOT", arity = "1..*", description = SnapshotText.REFERENCE)
  private List<String> references = List.of();

  UnpinCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Opened opened = access.open()) {
      Catalog catalog = Catalog.of(opened.repository());
      Pins pins = opened.repository().pins();
      Set<ObjectId> pinned = pins.pinned();
      Set<ObjectId> named = new LinkedHashSet<>();
      for (String reference : references) {
        Optional<ObjectId> whole =
            pinned.stream().filter(each -> each.toString().equals(reference)).findFirst();
        // A pin outlives the record of its snapshot, be it damaged or gone.
        named.add(whole.isPresent() ? whole.get() : catalog.find(reference).id());
      }
      List<ObjectId> unpinned = new ArrayList<>();
      for (ObjectId snapshot : named) {
        if (pins.remove(snapshot)) {
          unpinned.add(snapshot);
        }
      }
      named.removeAll(unpinned);
      return new Result(unpinned, List.copyOf(named), catalog.warnings());
    }
  }

  private record Result(List<ObjectId> unpinned, List<ObjectId> others, List<String> warnings)
      implements Outcome {
    @Override
    public void print(PrintStream out) {
      unpinned.forEach(each -> out.println("Unpinned snapshot " + Describe.shortId(each)));
      others.forEach(each -> out.println("Snapshot " + Describe.shortId(each) + " was not pinned"));
    }

    @Override
    public Json json() {
      return new Json()
          .putTexts("unpinned", unpinned.stream().map(ObjectId::toString).toList())
          .putTexts("warnings", warnings);
    }
  }
}
