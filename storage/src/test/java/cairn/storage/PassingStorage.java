package cairn.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Another storage, seen through somebody who may change what is seen.
public class PassingStorage implements Storage {
  protected final Storage all;

  public PassingStorage(Storage all) {
    this.all = all;
  }

  /// Before each call.
  protected void before(String call) {}

  @Override
  public String location() {
    return all.location();
  }

  @Override
  public List<Entry> list(String prefix) throws IOException {
    before("list " + prefix);
    return all.list(prefix);
  }

  @Override
  public Entry stat(String name) throws IOException {
    before("stat " + name);
    return all.stat(name);
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) throws IOException {
    before("read " + name);
    all.read(name, offset, target);
  }

  @Override
  public byte[] readAll(String name) throws IOException {
    before("read " + name);
    return all.readAll(name);
  }

  @Override
  public void publish(String name, Content content) throws IOException {
    before("publish " + name);
    all.publish(name, content);
  }

  @Override
  public boolean replace(String name, byte[] expected, byte[] content) throws IOException {
    before("replace " + name);
    return all.replace(name, expected, content);
  }

  @Override
  public boolean move(String from, String to) throws IOException {
    before("move " + from + " to " + to);
    return all.move(from, to);
  }

  @Override
  public void touch(String name) throws IOException {
    before("touch " + name);
    all.touch(name);
  }

  @Override
  public boolean delete(String name) throws IOException {
    before("delete " + name);
    return all.delete(name);
  }

  @Override
  public Optional<Path> localFile(String name) {
    return all.localFile(name);
  }

  @Override
  public void close() throws IOException {
    all.close();
  }
}
