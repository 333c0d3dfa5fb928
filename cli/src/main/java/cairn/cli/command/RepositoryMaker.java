package cairn.cli.command;

import cairn.base.bytes.ObjectId;
import cairn.cli.shell.Shell;
import cairn.engine.Surroundings;
import cairn.repository.Repository;
import cairn.repository.config.Layout;
import cairn.repository.config.RepositoryConfig;
import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.Protection;
import cairn.repository.crypto.SlotOwner;
import cairn.storage.DirectoryStorage;
import cairn.storage.ObjectExists;
import cairn.storage.Probe;
import cairn.storage.ProbeResult;
import cairn.storage.ProbeResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Makes repositories: probes the folder first, and writes nothing but the config.
final class RepositoryMaker {
  private final Shell shell;
  private final Surroundings surroundings;

  /// What was made.
  ///
  /// @param warnings of the probe
  record Made(RepositoryConfig config, List<String> warnings) {}

  /// What to make.
  ///
  /// @param waivers properties of the storage that need not hold
  /// @param secret of an encrypted repository
  record Wish(Layout layout, Set<String> waivers, Optional<NewSecret> secret) {
    static final Wish DEFAULT = new Wish(Layout.DEFAULT, Set.of(), Optional.empty());
  }

  RepositoryMaker(Shell shell) {
    this.shell = shell;
    this.surroundings = shell.surroundings().get();
  }

  Made make(Path folder, Wish wish) throws IOException {
    if (Files.exists(folder.resolve(Repository.CONFIG))) {
      throw new IOException("there is a repository at " + folder + " already");
    }
    try (DirectoryStorage storage =
        DirectoryStorage.create(folder, surroundings.chance()).waiving(wish.waivers)) {
      List<ProbeResult> results = probe(storage, surroundings.chance(), wish.waivers);
      checkAcceptable(folder, results);
      RepositoryConfig config = config(wish);
      Repository.create(storage, config);
      return new Made(config, messages(results, Outcome.WARNED));
    } catch (ObjectExists e) {
      throw new IOException("there is a repository at " + folder + " already", e);
    }
  }

  static List<ProbeResult> probe(
      DirectoryStorage storage, java.util.random.RandomGenerator chance, Set<String> waivers)
      throws IOException {
    return new Probe(chance, Pause::of, Probe.Options.DEFAULT.withWaivers(waivers)).run(storage);
  }

  /// Probes the storage of a repository again, before something is deleted from it. What is waived
  /// stays waived.
  ///
  /// @throws IOException when it does not hold what it promised
  static void checkStill(Repository repository, java.util.random.RandomGenerator chance)
      throws IOException {
    if (repository.storage() instanceof DirectoryStorage directory) {
      Set<String> waivers = Set.copyOf(repository.config().waivers());
      Probe.Options options = Probe.Options.NO_WARNINGS.withWaivers(waivers);
      List<ProbeResult> results = new Probe(chance, Pause::of, options).run(directory);
      checkAcceptable(Path.of(directory.location()), results);
    }
  }

  static List<String> messages(List<ProbeResult> results, Outcome outcome) {
    return results.stream()
        .filter(result -> result.outcome() == outcome)
        .map(ProbeResult::message)
        .toList();
  }

  private static void checkAcceptable(Path folder, List<ProbeResult> results) throws IOException {
    List<String> failed = messages(results, Outcome.FAILED);
    if (!failed.isEmpty()) {
      throw new IOException(
          String.format(
              Locale.ROOT, "%s cannot hold a repository: %s", folder, String.join("; ", failed)));
    }
  }

  private RepositoryConfig config(Wish wish) throws IOException {
    ObjectId id = ObjectId.random(surroundings.chance());
    RepositoryConfig clear =
        RepositoryConfig.clear(
            id,
            surroundings.clock().instant().truncatedTo(ChronoUnit.SECONDS),
            wish.layout,
            List.copyOf(new TreeSet<>(wish.waivers)));
    if (wish.secret.isEmpty()) {
      return clear;
    }
    try (MasterKey master = MasterKey.random(surroundings.chance())) {
      SlotOwner owner = new SlotOwner(id, master, surroundings.chance(), surroundings.clock());
      KeySlots slots = KeySlots.of(wish.secret.get().slot(owner, "first", shell));
      return clear.encrypted(slots, Protection.encrypted(master));
    }
  }
}
