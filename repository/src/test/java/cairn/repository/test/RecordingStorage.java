package cairn.repository.test;

import cairn.storage.Content;
import cairn.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Notes every call, in order.
public final class RecordingStorage implements Storage {
  private final Storage storage;
  private final List<String> calls = new ArrayList<>();

  public RecordingStorage(Storage storage) {
    this.storage = storage;
  }

  /// What was called since the last time, such as `list packs`.
  public synchronized List<String> takeCalls() {
    List<String> taken = List.copyOf(calls);
    calls.clear();
    return taken;
  }

  private synchronized void note(String call) {
    calls.add(call);
  }

  @Override
  public String location() {
    return storage.location();
  }

  @Override
  public List<Entry> list(String prefix) throws IOException {
    note("list " + prefix);
    return storage.list(prefix);
  }

  @Override
  public Entry stat(String name) throws IOException {
    note("stat " + name);
    return storage.stat(name);
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) throws IOException {
    note("read " + name);
    storage.read(name, offset, target);
  }

  @Override
  public byte[] readAll(String name) throws IOException {
    note("read " + name);
    return storage.readAll(name);
  }

  @Override
  public void publish(String name, Content content) throws IOException {
    note("publish " + name);
    storage.publish(name, content);
  }

  @Override
  public boolean replace(String name, byte[] expected, byte[] content) throws IOException {
    note("replace " + name);
    return storage.replace(name, expected, content);
  }

  @Override
  public boolean move(String from, String to) throws IOException {
    note("move " + from + " " + to);
    return storage.move(from, to);
  }

  @Override
  public void touch(String name) throws IOException {
    note("touch " + name);
    storage.touch(name);
  }

  @Override
  public boolean delete(String name) throws IOException {
    note("delete " + name);
    return storage.delete(name);
  }

  @Override
  public Optional<Path> localFile(String name) {
    return storage.localFile(name);
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }
}
