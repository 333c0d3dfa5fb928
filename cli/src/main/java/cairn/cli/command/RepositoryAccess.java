package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.repository.NoRepository;
import cairn.repository.Repository;
import cairn.repository.config.RepositoryConfig;
import cairn.storage.DirectoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.random.RandomGenerator;
import picocli.CommandLine.Mixin;

/// The options that say which repository, and with which key; and the way into it.
final class RepositoryAccess {
  /// Far longer than publishing one object takes.
  private static final Duration LITTER_AGE = Duration.ofDays(1);

  private final Shell shell;

  @Mixin private final RepositoryOption place;
  @Mixin private final KeyOptions keys;

  RepositoryAccess(Shell shell) {
    this.shell = shell;
    this.place = new RepositoryOption(shell.environment());
    this.keys = new KeyOptions(shell);
  }

  /// An open repository, and the storage below it.
  record Opened(Repository repository) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      repository.storage().close();
    }
  }

  /// A storage with the config of the repository in it, not opened with a key.
  record Closed(DirectoryStorage storage, RepositoryConfig config) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      storage.close();
    }
  }

  RepositoryOption place() {
    return place;
  }

  KeyOptions keys() {
    return keys;
  }

  /// @throws NoRepository when there is none
  Opened open() throws IOException, CorruptData {
    Closed closed = openStorage();
    try {
      return new Opened(
          new Repository(closed.storage, closed.config, keys.protection(closed.config)));
    } catch (IOException | CorruptData | RuntimeException e) {
      closed.close();
      throw e;
    }
  }

  /// As [#open], for a run that stores something: clears away first what killed runs left
  /// half-written a day ago or longer.
  Opened openToStore() throws IOException, CorruptData {
    Opened opened = open();
    if (opened.repository().storage() instanceof DirectoryStorage directory) {
      directory.removeLitter(shell.surroundings().get().clock().instant().minus(LITTER_AGE));
    }
    return opened;
  }

  /// @throws NoRepository when there is none
  Closed openStorage() throws IOException, CorruptData {
    DirectoryStorage storage = storage();
    RepositoryConfig config = Repository.readConfig(storage);
    return new Closed(storage.waiving(Set.copyOf(config.waivers())), config);
  }

  /// Any folder, whether there is a repository in it or not.
  DirectoryStorage storage() throws IOException {
    Path folder = place.folder();
    checkThere(folder);
    RandomGenerator chance = shell.surroundings().get().chance();
    return DirectoryStorage.open(folder, chance);
  }

  /// Whether there is a repository, or at least something in its place.
  boolean exists() throws UsageError {
    return Files.exists(place.folder().resolve(Repository.CONFIG));
  }

  private static void checkThere(Path folder) throws NoRepository {
    if (!Files.exists(folder)) {
      throw new NoRepository(folder.toString());
    }
  }
}
