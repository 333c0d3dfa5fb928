package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Closed;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Environment;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.Surroundings;
import cairn.repository.crypto.KeySlot;
import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.PaperKey;
import cairn.repository.crypto.Secret;
import cairn.repository.crypto.SlotOwner;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `cairn key add`.
@Command(
    name = "add",
    header = "Add a key slot, so that one more secret opens the repository.",
    description = {
      "Opens the repository with a key that it has and adds a slot for another: a new passphrase, a"
          + " key file, or, with --recovery, a new recovery key that is printed once and kept"
          + " nowhere.",
    },
    footer = {
      "%nExamples:",
      "  cairn key add --label desk",
      "  cairn key add --new-key-file /root/cairn.key --label server",
      "  cairn key add --recovery --label safe > recovery.txt",
    })
@JsonFields({
  "slot: id of the new key slot",
  "type: passphrase, key-file or recovery",
  "label: its label",
  "paper: list of lines of the recovery key, with --recovery",
})
final class KeyAddCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  @Option(
      names = "--label",
      paramLabel = "TEXT",
      order = 10,
      description = "What to call the slot.")
  private String label = "";

  @Option(
      names = "--new-passphrase-file",
      paramLabel = "FILE",
      order = 11,
      description =
          "File with the passphrase to add. Default: $CAIRN_NEW_PASSPHRASE, else you are asked.")
  private @Nullable Path passphraseFile;

  @Option(
      names = "--new-key-file",
      paramLabel = "FILE",
      order = 12,
      description = "File of 32 random bytes or more to add.")
  private @Nullable Path keyFile;

  @Option(
      names = "--recovery",
      order = 13,
      description = "Add a new recovery key and print it, to be kept on paper.")
  private boolean recovery;

  KeyAddCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    if (recovery && (passphraseFile != null || keyFile != null)) {
      throw new UsageError("--recovery makes a key of its own: give no file with it");
    }
    try (Closed closed = access.openStorage()) {
      KeySlots slots = ConfigChange.slots(closed);
      try (MasterKey master = access.keys().masterKey(closed.config())) {
        Surroundings surroundings = shell().surroundings().get();
        SlotOwner owner =
            new SlotOwner(
                closed.config().repository(), master, surroundings.chance(), surroundings.clock());
        Result result = recovery ? newRecovery(owner) : newSecret(owner);
        add(closed, slots, result.slot);
        return result;
      }
    }
  }

  private Result newSecret(SlotOwner owner) throws IOException {
    NewSecret secret = new NewSecret(passphraseFile, keyFile, Environment.NEW_PASSPHRASE);
    return new Result(secret.slot(owner, label, shell()), List.of());
  }

  private Result newRecovery(SlotOwner owner) throws UsageError {
    try (Secret.RecoveryKey key = Secret.RecoveryKey.random(owner.chance());
        PaperKey paper = PaperKey.of(owner.repository(), key)) {
      KeySlot slot = owner.recovery(label, key.publicKey());
      return new Result(slot, paper.text().lines().toList());
    } catch (IllegalArgumentException e) {
      throw Secrets.usage(e);
    }
  }

  private static void add(Closed closed, KeySlots slots, KeySlot slot)
      throws IOException, CorruptData {
    KeySlots more;
    try {
      more = slots.add(slot);
    } catch (IllegalArgumentException e) {
      throw Secrets.usage(e);
    }
    ConfigChange.replaceSlots(closed, more);
  }

  private record Result(KeySlot slot, List<String> paper) implements Outcome {
    @Override
    public void print(PrintStream out) {
      out.printf(
          Locale.ROOT, "# Added %s key slot %s%n", slot.type(), Describe.shortId(slot.head().id()));
      paper.forEach(out::println);
    }

    @Override
    public Json json() {
      return new Json()
          .put("slot", slot.head().id().toString())
          .put("type", slot.type())
          .put("label", slot.head().label())
          .putTexts("paper", paper);
    }
  }
}
