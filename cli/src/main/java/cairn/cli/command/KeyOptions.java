package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.shell.Environment;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.repository.config.RepositoryConfig;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.PaperKey;
import cairn.repository.crypto.Protection;
import cairn.repository.crypto.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What to open an encrypted repository with.
final class KeyOptions {
  private final Shell shell;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      order = 2,
      description =
          "File with the passphrase of an encrypted repository. Default: $CAIRN_PASSPHRASE, else"
              + " you are asked.")
  private @Nullable Path passphraseFile;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      order = 3,
      description = "Key file to open an encrypted repository with.")
  private @Nullable Path keyFile;

  @Option(
      names = "--paper-key-file",
      paramLabel = "FILE",
      order = 4,
      description = "File with a paper key, as printed by 'cairn key export'.")
  private @Nullable Path paperKeyFile;

  KeyOptions(Shell shell) {
    this.shell = shell;
  }

  Protection protection(RepositoryConfig config) throws IOException, CorruptData {
    if (config.encryption().isEmpty()) {
      Protection protection = Protection.clear();
      config.verify(protection);
      return protection;
    }
    try (MasterKey master = masterKey(config)) {
      return Protection.encrypted(master);
    }
  }

  MasterKey masterKey(RepositoryConfig config) throws IOException, CorruptData {
    checkOne();
    if (paperKeyFile != null) {
      try (PaperKey paper = PaperKey.parse(Files.readString(paperKeyFile))) {
        return config.open(paper);
      }
    }
    try (Secret secret = secret(config)) {
      return config.open(secret);
    }
  }

  /// The passphrase or key file that was given or typed.
  Secret secret(RepositoryConfig config) throws IOException {
    checkOne();
    if (paperKeyFile != null) {
      throw new UsageError("a paper key does not do here: give a passphrase or a key file");
    }
    if (passphraseFile != null) {
      return Secrets.passphraseFile(passphraseFile);
    }
    if (keyFile != null) {
      return Secrets.keyFile(keyFile);
    }
    Optional<String> set = shell.environment().get(Environment.PASSPHRASE);
    if (set.isPresent()) {
      return Secrets.passphrase(set.get().toCharArray());
    }
    String id = config.repository().toString().substring(0, 8);
    return Secrets.passphrase(shell.terminal().askSecret("Passphrase of repository " + id + ": "));
  }

  private void checkOne() throws UsageError {
    if (Stream.of(passphraseFile, keyFile, paperKeyFile).filter(file -> file != null).count() > 1) {
      throw new UsageError("give only one of --passphrase-file, --key-file and --paper-key-file");
    }
  }
}
