package cairn.cli.command;

import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.repository.crypto.Argon2Cost;
import cairn.repository.crypto.KeySlot;
import cairn.repository.crypto.Secret;
import cairn.repository.crypto.SlotOwner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A secret for a new key slot: from a file, from a variable, or typed twice.
///
/// @param variable of the environment that holds the passphrase
record NewSecret(@Nullable Path passphraseFile, @Nullable Path keyFile, String variable) {
  KeySlot slot(SlotOwner owner, String label, Shell shell) throws IOException {
    try (Secret secret = read(shell)) {
      return switch (secret) {
        case Secret.Passphrase passphrase ->
            owner.passphrase(label, passphrase, Argon2Cost.DEFAULT);
        case Secret.KeyFile file -> owner.keyFile(label, file);
        case Secret.RecoveryKey key -> owner.recovery(label, key.publicKey());
      };
    } catch (IllegalArgumentException e) {
      throw Secrets.usage(e);
    }
  }

  private Secret read(Shell shell) throws IOException {
    if (passphraseFile != null && keyFile != null) {
      throw new UsageError("give a passphrase file or a key file, not both");
    }
    if (passphraseFile != null) {
      return Secrets.passphraseFile(passphraseFile);
    }
    if (keyFile != null) {
      return Secrets.keyFile(keyFile);
    }
    Optional<String> set = shell.environment().get(variable);
    return set.isPresent() ? Secrets.passphrase(set.get().toCharArray()) : typed(shell);
  }

  private static Secret typed(Shell shell) throws IOException {
    char[] first = shell.terminal().askSecret("New passphrase: ");
    char[] second = shell.terminal().askSecret("The same again: ");
    boolean same = Arrays.equals(first, second);
    Arrays.fill(second, '\0');
    if (!same) {
      Arrays.fill(first, '\0');
      throw new UsageError("the two passphrases differ: nothing was done");
    }
    return Secrets.passphrase(first);
  }
}
