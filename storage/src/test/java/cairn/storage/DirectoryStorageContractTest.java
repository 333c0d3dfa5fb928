package cairn.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryStorageContractTest extends StorageContract {
  @TempDir private Path folder;

  @Override
  protected Storage newStorage() throws IOException {
    return DirectoryStorage.create(folder, new SecureRandom());
  }

  @Override
  protected Storage another(Storage storage) throws IOException {
    return DirectoryStorage.open(folder, new SecureRandom());
  }
}
