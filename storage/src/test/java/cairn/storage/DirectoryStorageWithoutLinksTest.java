package cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// The contract on a file system without hard links, as FAT is.
final class DirectoryStorageWithoutLinksTest extends StorageContract {
  @TempDir private Path folder;

  private final DirectoryOps linkless =
      new DirectoryOps() {
        @Override
        void link(Path existing, Path name) throws IOException {
          throw new FileSystemException(name.toString(), existing.toString(), "EPERM");
        }
      };

  @Override
  protected Storage newStorage() throws IOException {
    return DirectoryStorage.create(folder, new SecureRandom(), linkless);
  }

  @Override
  protected Storage another(Storage storage) throws IOException {
    return new DirectoryStorage(folder, new SecureRandom(), Set.of(), linkless);
  }

  @AfterEach
  void leavesNothingTemporary() throws IOException {
    assertThat(folder.resolve(DirectoryStorage.TEMPORARY)).isEmptyDirectory();
  }
}
