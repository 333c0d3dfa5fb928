package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Closed;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.repository.crypto.KeySlot;
import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.Secret;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `cairn key remove`.
@Command(
    name = "remove",
    header = "Remove a key slot, so that its secret no longer opens the repository.",
    description = {
      "The passphrase or key file given must open one of the slots that stay, so that nobody locks"
          + " everyone out. Whoever had the removed secret and a copy of the config can still read;"
          + " against that only a new repository helps.",
    },
    footer = {"%nExamples:", "  cairn key remove 4be1"})
@JsonFields({"removed: id of the key slot removed", "left: number of key slots that are left"})
final class KeyRemoveCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Parameters(
      paramLabel = "SLOT",
      description = "Id of the slot, or a unique start of it; see 'cairn key list'.")
  private String slot = "";

  KeyRemoveCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Closed closed = access.openStorage()) {
      KeySlots slots = ConfigChange.slots(closed);
      KeySlot found = ConfigChange.find(slots, slot);
      try (Secret secret = access.keys().secret(closed.config())) {
        closed.config().open(secret).close();
        KeySlots rest = slots.remove(found.head().id(), closed.config().repository(), secret);
        ConfigChange.replaceSlots(closed, rest);
        return new Result(found, rest.slots().size());
      }
    }
  }

  private record Result(KeySlot slot, int left) implements Outcome {
    @Override
    public void print(PrintStream out) {
      out.printf(
          Locale.ROOT, "Removed key slot %s; %d left.%n", Describe.shortId(slot.head().id()), left);
    }

    @Override
    public Json json() {
      return new Json().put("removed", slot.head().id().toString()).put("left", left);
    }
  }
}
