package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Closed;
import cairn.cli.shell.RepositoryBusy;
import cairn.cli.shell.UsageError;
import cairn.repository.Repository;
import cairn.repository.config.Policies;
import cairn.repository.config.RepositoryConfig;
import cairn.repository.crypto.KeySlot;
import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.Protection;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// How commands look at and change what can change in the config.
final class ConfigChange {
  private ConfigChange() {}

  static KeySlots slots(Closed closed) throws IOException {
    if (closed.config().encryption().isEmpty()) {
      throw new IOException(
          "the repository at "
              + closed.storage().location()
              + " is not encrypted, so it has no keys; only a new one can be: 'cairn init"
              + " --encrypt'");
    }
    return closed.config().slots();
  }

  /// Puts other slots into the config, unless somebody else has changed it since it was read.
  static void replaceSlots(Closed closed, KeySlots slots) throws IOException, CorruptData {
    replace(closed, closed.config().withSlots(slots));
  }

  /// Puts other policies into the config, unless somebody else has changed it since it was read.
  static void replacePolicies(Closed closed, Policies policies, Protection protection)
      throws IOException {
    replace(closed, closed.config().withPolicies(policies, protection));
  }

  private static void replace(Closed closed, RepositoryConfig changed) throws IOException {
    if (!closed
        .storage()
        .replace(Repository.CONFIG, closed.config().toBytes(), changed.toBytes())) {
      throw new RepositoryBusy(
          "another process changed keys or policies at the same time: nothing was done, run it"
              + " again");
    }
  }

  /// The slot whose id starts with `prefix`.
  static KeySlot find(KeySlots slots, String prefix) throws IOException {
    List<KeySlot> found =
        slots.slots().stream()
            .filter(slot -> slot.head().id().toString().startsWith(prefix))
            .toList();
    if (prefix.isEmpty() || found.isEmpty()) {
      throw new IOException("there is no key slot '" + prefix + "': 'cairn key list' lists them");
    }
    if (found.size() > 1) {
      throw new UsageError(
          String.format(
              Locale.ROOT,
              "'%s' begins the ids of %d key slots: give more digits",
              prefix,
              found.size()));
    }
    return found.getFirst();
  }
}
