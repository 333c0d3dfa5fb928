package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Units;
import cairn.cli.shell.Environment;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.repository.config.Layout;
import cairn.repository.config.RepositoryConfig;
import cairn.storage.Property;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `cairn init`.
@Command(
    name = "init",
    header = "Make a new repository.",
    description = {
      "Makes a repository in a new or empty folder, after a probe that the folder keeps the"
          + " promises that the safety of backups rests on.",
      "You need this only for a repository with choices of its own: 'cairn backup' makes the"
          + " default one when it is first used.",
    },
    footer = {
      "%nExamples:",
      "  cairn init -r /mnt/disk/backups --encrypt",
      "  cairn init -r /srv/cairn --block-size 128K",
    })
@JsonFields({
  "repository: id of the repository",
  "location: its folder",
  "blockBytes: size of a block",
  "parity: percentage of parity in packs",
  "encrypted: whether a key is needed to read it",
  "waivers: properties of the storage that were waived",
  "warnings: what a person should know",
})
final class InitCommand extends CairnCommand {
  @Mixin private final RepositoryOption place;

  @Option(
      names = "--block-size",
      paramLabel = "SIZE",
      order = 10,
      description =
          "Size of a block, a power of two from 16K to 4M. Small blocks make small increments."
              + " Default: 128K.")
  private @Nullable String blockSize;

  @Option(
      names = "--compression",
      paramLabel = "LEVEL",
      order = 11,
      description = "Level of zstd, -5 (fast) to 19 (small). Default: 1.")
  private @Nullable Integer compression;

  @Option(
      names = "--parity",
      paramLabel = "PERCENT",
      order = 12,
      description =
          "Parity to store with the data, 0 (none) to 50: lost sectors and flipped bits can be"
              + " repaired from it. Default: 2.")
  private @Nullable Integer parity;

  @Option(
      names = "--encrypt",
      order = 13,
      description = "Encrypt everything. Asks for a passphrase unless one is given.")
  private boolean encrypt;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      order = 14,
      description =
          "File with the passphrase to set. Default: $CAIRN_PASSPHRASE, else you are asked.")
  private @Nullable Path passphraseFile;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      order = 15,
      description = "File of 32 random bytes or more that opens the repository instead.")
  private @Nullable Path keyFile;

  @Option(
      names = "--waive",
      paramLabel = "PROPERTY",
      order = 16,
      description =
          "Accept that the folder lacks a property that 'cairn storage probe' names. Recorded in"
              + " the repository. May be repeated.")
  private List<String> waivers = List.of();

  InitCommand(Shell shell) {
    super(shell);
    this.place = new RepositoryOption(shell.environment());
  }

  @Override
  Outcome run() throws IOException {
    Path folder = place.folder();
    if (!encrypt && (passphraseFile != null || keyFile != null)) {
      throw new UsageError("a passphrase or key file has no use without --encrypt");
    }
    Optional<NewSecret> secret =
        encrypt
            ? Optional.of(new NewSecret(passphraseFile, keyFile, Environment.PASSPHRASE))
            : Optional.empty();
    RepositoryMaker.Wish wish = new RepositoryMaker.Wish(layout(), checkedWaivers(), secret);
    RepositoryMaker.Made made = new RepositoryMaker(shell()).make(folder, wish);
    return new Result(folder, made.config(), made.warnings());
  }

  private Layout layout() throws UsageError {
    try {
      Layout layout = Layout.DEFAULT;
      if (blockSize != null) {
        long bytes = Units.parseBytes(blockSize);
        layout = layout.withBlockBytes(Math.clamp(bytes, -1, Integer.MAX_VALUE));
      }
      layout = compression == null ? layout : layout.withZstdLevel(compression);
      return parity == null ? layout : layout.withParityPercent(parity);
    } catch (IllegalArgumentException e) {
      throw Secrets.usage(e);
    }
  }

  private Set<String> checkedWaivers() throws UsageError {
    List<String> known = Arrays.stream(Property.values()).map(Property::word).toList();
    for (String waiver : waivers) {
      if (!known.contains(waiver)) {
        throw new UsageError(
            "there is no property '" + waiver + "' to waive, only " + String.join(", ", known));
      }
    }
    return new LinkedHashSet<>(waivers);
  }

  private record Result(Path folder, RepositoryConfig config, List<String> warnings)
      implements Outcome {
    @Override
    public void print(PrintStream out) {
      out.printf(
          Locale.ROOT,
          "Made repository %s in %s%s.%n",
          config.repository().toString().substring(0, 8),
          folder,
          config.encryption().isPresent() ? ", encrypted" : "");
      if (config.encryption().isPresent()) {
        out.println("Without its key nobody can read it: print a copy with 'cairn key export'.");
      }
    }

    @Override
    public Json json() {
      return new Json()
          .put("repository", config.repository().toString())
          .put("location", folder.toString())
          .put("blockBytes", config.layout().blockBytes())
          .put("parity", config.layout().parityPercent())
          .put("encrypted", config.encryption().isPresent())
          .putTexts("waivers", config.waivers())
          .putTexts("warnings", warnings);
    }
  }
}
