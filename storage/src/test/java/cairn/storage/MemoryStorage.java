package cairn.storage;

import cairn.base.test.Bits;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Objects in memory.
public final class MemoryStorage implements Storage {
  private final TreeMap<String, Stored> objects = new TreeMap<>();
  private final InstantSource clock;

  private static final class Stored {
    final byte[] bytes; // never changed
    final Instant modified;
    private long digest;

    Stored(byte[] bytes, Instant modified) {
      this.bytes = bytes;
      this.modified = modified;
    }

    /// Of the bytes; made when it is asked for.
    long digest() {
      if (digest == 0) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        digest = (sum.getValue() << 32) ^ Arrays.hashCode(bytes);
      }
      return digest;
    }
  }

  /// With a clock of its own that moves by a millisecond each time it is asked.
  public MemoryStorage() {
    this(new Ticking());
  }

  public MemoryStorage(InstantSource clock) {
    this.clock = clock;
  }

  /// A copy that goes its own way.
  public MemoryStorage copy() {
    return copy(clock);
  }

  /// A copy that goes its own way, by another clock.
  public synchronized MemoryStorage copy(InstantSource another) {
    MemoryStorage copy = new MemoryStorage(another);
    copy.objects.putAll(objects);
    return copy;
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public synchronized List<Entry> list(String prefix) {
    ObjectName.checkPrefix(prefix);
    List<Entry> entries = new ArrayList<>();
    Map<String, Stored> candidates =
        prefix.isEmpty() ? objects : objects.subMap(prefix + "/", prefix + "0");
    candidates.forEach((name, stored) -> entries.add(entry(name, stored)));
    return List.copyOf(entries);
  }

  private static Entry entry(String name, Stored stored) {
    return new Entry(name, stored.bytes.length, stored.modified);
  }

  @Override
  public synchronized Entry stat(String name) throws IOException {
    return entry(name, get(name));
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) throws IOException {
    if (offset < 0) {
      throw new IllegalArgumentException("offset " + offset);
    }
    byte[] bytes = get(name).bytes;
    if (target.remaining() > bytes.length - offset) {
      throw new EOFException(
          "object %s in memory ends at %d, before %d"
              .formatted(name, bytes.length, offset + target.remaining()));
    }
    target.put(bytes, (int) offset, target.remaining());
  }

  @Override
  public byte[] readAll(String name) throws IOException {
    return get(name).bytes.clone();
  }

  @Override
  public void publish(String name, Content content) throws IOException {
    ObjectName.check(name);
    byte[] bytes = bytesOf(content);
    synchronized (this) {
      if (objects.containsKey(name)) {
        throw new ObjectExists(name, location());
      }
      checkNoFolder(name);
      put(name, bytes);
    }
  }

  @Override
  public synchronized boolean replace(String name, byte[] expected, byte[] content)
      throws IOException {
    if (!Arrays.equals(get(name).bytes, expected)) {
      return false;
    }
    put(name, content.clone());
    return true;
  }

  @Override
  public synchronized boolean move(String from, String to) throws IOException {
    ObjectName.check(from);
    ObjectName.check(to);
    if (!objects.containsKey(from)) {
      return false;
    }
    if (objects.containsKey(to)) {
      throw new ObjectExists(to, location());
    }
    checkNoFolder(to);
    objects.put(to, get(from));
    objects.remove(from);
    return true;
  }

  @Override
  public synchronized void touch(String name) throws IOException {
    put(name, get(name).bytes);
  }

  @Override
  public synchronized boolean delete(String name) {
    return objects.remove(ObjectName.check(name)) != null;
  }

  @Override
  public Optional<Path> localFile(String name) {
    ObjectName.check(name);
    return Optional.empty();
  }

  @Override
  public void close() {
    // nothing is held
  }

  /// Puts bytes where the contract allows none to be put: damage, swapped and replayed objects.
  public synchronized void tamper(String name, byte[] bytes) {
    put(ObjectName.check(name), bytes.clone());
  }

  /// A number that is another one, as good as always, when other objects are there of this name or
  /// below it, or other bytes in them; all objects when it is empty. Times do not count.
  public synchronized long digest(String prefix) {
    long digest = digest(prefix, objects.get(prefix));
    Map<String, Stored> below =
        prefix.isEmpty() ? objects : objects.subMap(prefix + "/", prefix + "0");
    for (Map.Entry<String, Stored> entry : below.entrySet()) {
      digest ^= digest(entry.getKey(), entry.getValue());
    }
    return digest;
  }

  private static long digest(String name, @Nullable Stored stored) {
    return stored == null ? 0 : Bits.mix(Bits.mix(name.hashCode()) + stored.digest());
  }

  private void put(String name, byte[] bytes) {
    objects.put(name, new Stored(bytes, clock.instant()));
  }

  /// The sizes of all objects together.
  public synchronized long bytesUsed() {
    return objects.values().stream().mapToLong(stored -> stored.bytes.length).sum();
  }

  private synchronized Stored get(String name) throws ObjectMissing {
    Stored stored = objects.get(ObjectName.check(name));
    if (stored == null) {
      throw new ObjectMissing(name, location());
    }
    return stored;
  }

  private void checkNoFolder(String name) throws IOException {
    if (!list(name).isEmpty()) {
      throw new IOException(name + " is a folder, so no object can be there");
    }
    for (int i = name.indexOf('/'); i >= 0; i = name.indexOf('/', i + 1)) {
      if (objects.containsKey(name.substring(0, i))) {
        throw new IOException(name.substring(0, i) + " is an object, so none can be below it");
      }
    }
  }

  static byte[] bytesOf(Content content) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(content.size()));
    content.writeTo(new BufferChannel(buffer));
    if (buffer.hasRemaining()) {
      throw new IllegalStateException("content is smaller than its size of " + content.size());
    }
    return buffer.array();
  }

  private record BufferChannel(ByteBuffer buffer) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) {
      int count = source.remaining();
      if (count > buffer.remaining()) {
        throw new IllegalStateException("content is larger than its size of " + buffer.limit());
      }
      buffer.put(source);
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      throw new IllegalStateException("not the content's to close");
    }
  }

  private static final class Ticking implements InstantSource {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public synchronized Instant instant() {
      now = now.plus(Duration.ofMillis(1));
      return now;
    }
  }
}
