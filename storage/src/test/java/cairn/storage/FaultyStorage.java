package cairn.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A storage in memory that breaks its promises as told, for tests of those who rely on them.
///
/// **Counting.** Every call is an operation; publish, replace, move, touch and delete are changes
/// too. Both are counted from 1, for the life of the storage. To crash at every change of a run:
///
/// ```java
/// for (long n = 1; ; n++) {
///   FaultyStorage storage = new FaultyStorage(start).crashBefore(n);  // then crashAfter(n)
///   tryRun(storage);
///   if (!storage.crashed()) {
///     break;
///   }
///   checkAll(storage.restart());
/// }
/// ```
///
/// **Crashes.** What a call has returned from is durable, unless that call lied. The change in
/// which the machine stops has happened or not; a publish never half, as the contract says. After
/// that every call fails, until the end of time: whoever still runs has no machine. [#restart]
/// gives what survived.
///
/// **Unfired faults** make [#close] and [#verify] fail, because a fault that did not happen tested
/// nothing. Crashes and a full disk are exempt: those are tried ever later until they do not
/// happen.
public final class FaultyStorage implements Storage {
  private final MemoryStorage visible;
  private final MemoryStorage durable;
  private final List<Fault> faults = new ArrayList<>();
  private @Nullable RandomGenerator chance;
  private double probability;
  private long bytesMax = Long.MAX_VALUE;
  private long operations;
  private long changes;
  private boolean crashed;

  private enum Kind {
    FAIL_BEFORE,
    FAIL_AFTER,
    CRASH_BEFORE,
    CRASH_AFTER,
    LIE,
    TEAR,
    UNREADABLE,
    FLIP_ON_READ,
    LIST_OMITS,
    LIST_REPEATS
  }

  /// What is to go wrong.
  private static final class Fault {
    final Kind kind;
    final long at;
    final String name;
    final long detail;
    boolean fired;

    Fault(Kind kind, long at, String name, long detail) {
      this.kind = kind;
      this.at = at;
      this.name = name;
      this.detail = detail;
    }

    @Override
    public String toString() {
      return kind + (name.isEmpty() ? " at " + at : " of " + name);
    }
  }

  /// The machine has stopped.
  public static final class Crashed extends IOException {
    private static final long serialVersionUID = 1;

    Crashed(String message) {
      super(message);
    }
  }

  public FaultyStorage() {
    this(new MemoryStorage());
  }

  /// Starts with the objects given, all durable; the storage given is left alone.
  public FaultyStorage(MemoryStorage start) {
    this.visible = start.copy();
    this.durable = start.copy();
  }

  // ---- what is to go wrong

  /// The operation fails and does nothing.
  public FaultyStorage failBefore(long operation) {
    return at(Kind.FAIL_BEFORE, operation, 0);
  }

  /// The operation does its work and fails all the same.
  public FaultyStorage failAfter(long operation) {
    return at(Kind.FAIL_AFTER, operation, 0);
  }

  /// The machine stops, and the change has not happened.
  public FaultyStorage crashBefore(long change) {
    return at(Kind.CRASH_BEFORE, change, 0);
  }

  /// The machine stops, and the change has happened.
  public FaultyStorage crashAfter(long change) {
    return at(Kind.CRASH_AFTER, change, 0);
  }

  /// The change returns, but a crash will undo it.
  public FaultyStorage lieAt(long change) {
    return at(Kind.LIE, change, 0);
  }

  /// The change, a publish or replace, returns, but only that many bytes were written.
  public FaultyStorage tearAt(long change, long keptBytes) {
    return at(Kind.TEAR, change, keptBytes);
  }

  /// Reads of the object, or of all below the name, fail; nothing else.
  public FaultyStorage unreadable(String name) {
    return of(Kind.UNREADABLE, name, 0);
  }

  /// The next read that covers the bit gives it flipped.
  public FaultyStorage flipOnRead(String name, long bit) {
    return of(Kind.FLIP_ON_READ, name, bit);
  }

  /// Flips the bit of the object, for good.
  public FaultyStorage flipAtRest(String name, long bit) throws IOException {
    byte[] bytes = visible.readAll(name);
    flip(bytes, bit);
    visible.tamper(name, bytes);
    durable.tamper(name, bytes);
    return this;
  }

  /// Listings lack the object.
  public FaultyStorage omitFromLists(String name) {
    return of(Kind.LIST_OMITS, name, 0);
  }

  /// Listings have the object twice.
  public FaultyStorage repeatInLists(String name) {
    return of(Kind.LIST_REPEATS, name, 0);
  }

  /// No space for more than so many bytes in all objects together.
  public synchronized FaultyStorage fullAfter(long bytes) {
    bytesMax = bytes;
    return this;
  }

  /// Every operation fails with this probability, half of them after having done their work.
  public synchronized FaultyStorage failAtRandom(RandomGenerator random, double howProbable) {
    chance = random;
    probability = howProbable;
    return this;
  }

  /// Nothing goes wrong any more.
  public synchronized FaultyStorage heal() {
    faults.clear();
    chance = null;
    bytesMax = Long.MAX_VALUE;
    return this;
  }

  private synchronized FaultyStorage at(Kind kind, long at, long detail) {
    faults.add(new Fault(kind, at, "", detail));
    return this;
  }

  private synchronized FaultyStorage of(Kind kind, String name, long detail) {
    faults.add(new Fault(kind, 0, ObjectName.check(name), detail));
    return this;
  }

  // ---- what has happened

  public synchronized long operations() {
    return operations;
  }

  public synchronized long changes() {
    return changes;
  }

  public synchronized boolean crashed() {
    return crashed;
  }

  /// Stops the machine now.
  public synchronized void crash() {
    crashed = true;
  }

  /// A new machine with what is durable. The old one stays stopped.
  public synchronized FaultyStorage restart() {
    crashed = true;
    return new FaultyStorage(durable);
  }

  /// A copy of what is there to be read, for looking at it and tampering with it.
  public MemoryStorage objects() {
    return visible.copy();
  }

  /// @throws AssertionError when a fault has not happened
  public synchronized void verify() {
    List<Fault> unfired =
        faults.stream()
            .filter(fault -> !fault.fired)
            .filter(fault -> fault.kind != Kind.CRASH_BEFORE && fault.kind != Kind.CRASH_AFTER)
            .toList();
    if (!unfired.isEmpty()) {
      throw new AssertionError(
          "faults that never happened in "
              + operations
              + " operations, "
              + changes
              + " changes: "
              + unfired);
    }
  }

  // ---- the storage

  @Override
  public String location() {
    return "faulty memory";
  }

  @Override
  public synchronized List<Entry> list(String prefix) throws IOException {
    return operate("list " + prefix, () -> faultyList(visible.list(prefix)));
  }

  private List<Entry> faultyList(List<Entry> complete) {
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : complete) {
      if (!fires(Kind.LIST_OMITS, entry.name())) {
        entries.add(entry);
      }
      if (fires(Kind.LIST_REPEATS, entry.name())) {
        entries.add(entry);
      }
    }
    return List.copyOf(entries);
  }

  @Override
  public synchronized Entry stat(String name) throws IOException {
    return operate("stat " + name, () -> visible.stat(name));
  }

  @Override
  public synchronized void read(String name, long offset, ByteBuffer target) throws IOException {
    operate(
        "read " + name,
        () -> {
          byte[] range = new byte[target.remaining()];
          visible.read(name, offset, ByteBuffer.wrap(range));
          target.put(faultyRead(name, offset, range));
          return true;
        });
  }

  @Override
  public synchronized byte[] readAll(String name) throws IOException {
    return operate("read " + name, () -> faultyRead(name, 0, visible.readAll(name)));
  }

  private byte[] faultyRead(String name, long offset, byte[] range) throws IOException {
    if (fires(Kind.UNREADABLE, name)) {
      throw new IOException("made to be unreadable: " + name);
    }
    for (Fault fault : faults) {
      long bit = fault.detail - offset * 8;
      if (fault.kind == Kind.FLIP_ON_READ
          && !fault.fired
          && fault.name.equals(name)
          && bit >= 0
          && bit < range.length * 8L) {
        fault.fired = true;
        flip(range, bit);
      }
    }
    return range;
  }

  @Override
  public void publish(String name, Content content) throws IOException {
    ObjectName.check(name);
    byte[] bytes = MemoryStorage.bytesOf(content);
    change(
        "publish " + name,
        bytes,
        (storage, stored) -> {
          checkSpace(stored.length);
          storage.publish(name, Content.of(stored));
          return true;
        });
  }

  @Override
  public boolean replace(String name, byte[] expected, byte[] content) throws IOException {
    return change(
        "replace " + name,
        content,
        (storage, stored) -> {
          checkSpace((long) stored.length - expected.length);
          return storage.replace(name, expected, stored);
        });
  }

  @Override
  public boolean move(String from, String to) throws IOException {
    return change(
        "move " + from + " to " + to, new byte[0], (storage, none) -> storage.move(from, to));
  }

  @Override
  public void touch(String name) throws IOException {
    change(
        "touch " + name,
        new byte[0],
        (storage, none) -> {
          storage.touch(name);
          return true;
        });
  }

  @Override
  public boolean delete(String name) throws IOException {
    return change("delete " + name, new byte[0], (storage, none) -> storage.delete(name));
  }

  @Override
  public Optional<Path> localFile(String name) {
    return visible.localFile(name);
  }

  @Override
  public void close() {
    verify();
  }

  // ---- how things go wrong

  private interface Operation<T> {
    T run() throws IOException;
  }

  private interface Change {
    boolean on(MemoryStorage storage, byte[] content) throws IOException;
  }

  private <T> T operate(String what, Operation<T> operation) throws IOException {
    if (crashed) {
      throw new Crashed("the machine has stopped; not done: " + what);
    }
    operations++;
    if (fires(Kind.FAIL_BEFORE, operations) || drawn()) {
      throw new IOException("made to fail, not done: " + what);
    }
    T result = operation.run();
    if (fires(Kind.FAIL_AFTER, operations) || drawn()) {
      throw new IOException("made to fail, though done: " + what);
    }
    return result;
  }

  private synchronized boolean change(String what, byte[] content, Change change)
      throws IOException {
    return operate(
        what,
        () -> {
          changes++;
          crashIf(Kind.CRASH_BEFORE, "not done: " + what);
          boolean lie = fires(Kind.LIE, changes);
          byte[] stored = torn(content);
          boolean result = change.on(visible, stored);
          if (!lie) {
            makeDurable(change, stored);
          }
          crashIf(Kind.CRASH_AFTER, "done: " + what);
          return result;
        });
  }

  private void makeDurable(Change change, byte[] stored) {
    try {
      change.on(durable, stored);
    } catch (IOException e) {
      // what it builds on was a lie
    }
  }

  private byte[] torn(byte[] content) {
    for (Fault fault : faults) {
      if (fault.kind == Kind.TEAR && fault.at == changes) {
        fault.fired = true;
        return java.util.Arrays.copyOf(content, (int) Math.min(fault.detail, content.length));
      }
    }
    return content;
  }

  private void crashIf(Kind kind, String what) throws Crashed {
    if (fires(kind, changes)) {
      crashed = true;
      throw new Crashed("the machine stops; " + what);
    }
  }

  private void checkSpace(long more) throws IOException {
    if (visible.bytesUsed() + more > bytesMax) {
      throw new IOException("no space left in " + location() + ": free some");
    }
  }

  private boolean drawn() {
    return chance != null && chance.nextDouble() < probability / 2;
  }

  private boolean fires(Kind kind, long count) {
    boolean fires = false;
    for (Fault fault : faults) {
      if (fault.kind == kind && fault.at == count) {
        fault.fired = true;
        fires = true;
      }
    }
    return fires;
  }

  private boolean fires(Kind kind, String name) {
    boolean fires = false;
    for (Fault fault : faults) {
      if (fault.kind == kind && (name.equals(fault.name) || name.startsWith(fault.name + "/"))) {
        fault.fired = true;
        fires = true;
      }
    }
    return fires;
  }

  private static void flip(byte[] bytes, long bit) {
    bytes[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
  }
}
