package cairn.repository.test;

import cairn.storage.PassingStorage;
import cairn.storage.Storage;
import java.util.ArrayList;
import java.util.List;

/// Notes every call, in order.
public final class RecordingStorage extends PassingStorage {
  private final List<String> calls = new ArrayList<>();

  public RecordingStorage(Storage storage) {
    super(storage);
  }

  /// What was called since the last time, such as `list packs`.
  public synchronized List<String> takeCalls() {
    List<String> taken = List.copyOf(calls);
    calls.clear();
    return taken;
  }

  @Override
  protected synchronized void before(String call) {
    calls.add(call);
  }
}
