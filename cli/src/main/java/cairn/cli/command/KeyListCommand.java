package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Closed;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.shell.Shell;
import cairn.repository.crypto.KeySlot;
import cairn.repository.crypto.KeySlots;
import java.io.IOException;
import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `cairn key list`.
@Command(
    name = "list",
    header = "List the key slots.",
    description = "Needs no key: it shows what there is, not what it protects.",
    footer = {"%nExamples:", "  cairn key list"})
@JsonFields({"slots: list of slot (its id), type, label and created, UTC"})
final class KeyListCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  KeyListCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Closed closed = access.openStorage()) {
      return new Result(ConfigChange.slots(closed));
    }
  }

  private record Result(KeySlots slots) implements Outcome {
    @Override
    public void print(PrintStream out) {
      Table table = Table.of("SLOT", "TYPE", "CREATED", "LABEL");
      for (KeySlot slot : slots.slots()) {
        table.row(
            Describe.shortId(slot.head().id()),
            slot.type(),
            Describe.time(slot.head().created()),
            slot.head().label());
      }
      table.print(out);
    }

    @Override
    public Json json() {
      return new Json().putObjects("slots", slots.slots().stream().map(Result::json).toList());
    }

    private static Json json(KeySlot slot) {
      return new Json()
          .put("slot", slot.head().id().toString())
          .put("type", slot.type())
          .put("label", slot.head().label())
          .put("created", slot.head().created().toString());
    }
  }
}
