package cairn.engine;

import cairn.storage.Content;
import cairn.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A storage as one actor sees it: every call is a step of that actor.
class StepStorage implements Storage {
  final Storage all;
  private final Interleaving.Actor actor;

  StepStorage(Storage all, Interleaving.Actor actor) {
    this.all = all;
    this.actor = actor;
  }

  /// The same actor's view, for a change.
  StepStorage(StepStorage other) {
    this(other.all, other.actor);
  }

  /// A step that is no call.
  final void step(String what) {
    actor.step(what);
  }

  @Override
  public String location() {
    return all.location();
  }

  @Override
  public List<Entry> list(String prefix) throws IOException {
    actor.step("list " + prefix);
    return all.list(prefix);
  }

  @Override
  public Entry stat(String name) throws IOException {
    actor.step("stat " + name);
    return all.stat(name);
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) throws IOException {
    actor.step("read " + name);
    all.read(name, offset, target);
  }

  @Override
  public byte[] readAll(String name) throws IOException {
    actor.step("read " + name);
    return all.readAll(name);
  }

  @Override
  public void publish(String name, Content content) throws IOException {
    actor.step("publish " + name);
    all.publish(name, content);
  }

  @Override
  public boolean replace(String name, byte[] expected, byte[] content) throws IOException {
    actor.step("replace " + name);
    return all.replace(name, expected, content);
  }

  @Override
  public boolean move(String from, String to) throws IOException {
    actor.step("move " + from + " to " + to);
    return all.move(from, to);
  }

  @Override
  public void touch(String name) throws IOException {
    actor.step("touch " + name);
    all.touch(name);
  }

  @Override
  public boolean delete(String name) throws IOException {
    actor.step("delete " + name);
    return all.delete(name);
  }

  @Override
  public Optional<Path> localFile(String name) {
    return Optional.empty();
  }

  @Override
  public void close() {
    // nothing is held
  }
}
