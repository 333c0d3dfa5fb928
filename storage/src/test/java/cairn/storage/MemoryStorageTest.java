package cairn.storage;

final class MemoryStorageTest extends StorageContract {
  @Override
  protected Storage newStorage() {
    return new MemoryStorage();
  }

  @Override
  protected Storage another(Storage storage) {
    return storage;
  }
}
