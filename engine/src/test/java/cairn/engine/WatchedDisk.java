package cairn.engine;

import cairn.engine.capture.InUse;
import cairn.engine.capture.Stillness;
import cairn.engine.capture.Used;
import cairn.engine.capture.Writes;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.random.RandomGenerator;

/// A disk in memory that is written to while it is read, by its reader's own threads before each
/// read, and what sees those writes: as the kernel does, both before and after the content changes.
final class WatchedDisk implements Writes, Stillness {
  private static final int MARK_BYTES = 4096;

  final byte[] content;
  final MemoryVolume volume;
  private final AtomicIntegerArray marks;
  private final AtomicInteger generation = new AtomicInteger(1);
  private final RandomGenerator chance;
  private byte[] atMoment = new byte[0];
  private int writesLeft;
  private boolean canFreeze;
  private boolean frozen;
  private int leaksLeft;
  private boolean isTight;
  private boolean isBlind;
  private boolean isRestless;
  private boolean isSeeing = true;
  private boolean isOver;
  private Optional<String> loss = Optional.empty();

  WatchedDisk(int bytes, RandomGenerator chance) {
    this.content = Bytes.random(chance, bytes);
    this.chance = chance;
    this.marks = new AtomicIntegerArray(bytes / MARK_BYTES + 1);
    this.volume = new MemoryVolume(content).onRead(offset -> writeMeanwhile());
  }

  /// It stands still when it is asked to.
  WatchedDisk freezable() {
    canFreeze = true;
    return this;
  }

  /// Writes are not seen any more.
  void blind() {
    isBlind = true;
  }

  /// There is nothing that could see writes.
  WatchedDisk unseen() {
    isSeeing = false;
    return this;
  }

  /// It is a snapshot that somebody else keeps.
  WatchedDisk kept() {
    isOver = true;
    return this;
  }

  /// From now on nobody knows what is written.
  void lose(String why) {
    loss = Optional.of(why);
  }

  /// In so many freezes somebody writes all the same.
  void leak(int freezes) {
    leaksLeft = freezes;
  }

  /// There is a write between any two looks at what was written.
  void disturbAlways() {
    isRestless = true;
  }

  /// So many writes happen during the next backup.
  void disturb(int writes) {
    writesLeft = writes;
  }

  /// Somebody writes this after so many reads from now on.
  void writeAfter(int reads, int offset, byte[] bytes) {
    AtomicInteger left = new AtomicInteger(reads);
    volume.onRead(at -> {
      if (left.getAndDecrement() == 0) {
        write(offset, bytes);
      }
    });
  }

  InUse inUse() {
    Used all = (still, ranges) -> ranges.range(0, content.length);
    return new InUse(volume, this, all);
  }

  /// The content at the end of the last freeze; without one, at the last look at what was written.
  byte[] atMoment() {
    return atMoment;
  }

  private synchronized void writeMeanwhile() {
    if (!frozen) {
      for (int i = chance.nextInt(4); i > 0 && writesLeft > 0; i--) {
        writesLeft--;
        write();
      }
    } else if (!isTight && leaksLeft > 0) {
      isTight = true;
      leaksLeft--;
      write();
    }
  }

  synchronized void write() {
    int offset = chance.nextInt(content.length);
    int length = Math.min(content.length - offset, 1 + chance.nextInt(3 * MARK_BYTES));
    write(offset, Bytes.random(chance, length));
  }

  synchronized void write(int offset, byte[] bytes) {
    mark(offset, bytes.length);
    System.arraycopy(bytes, 0, content, offset, bytes.length);
    mark(offset, bytes.length);
  }

  private void mark(long offset, long length) {
    if (!isBlind) {
      countAsWritten(offset, length);
    }
  }

  @Override
  public String tracker() {
    return isOver ? "" : "one";
  }

  @Override
  public boolean isOver() {
    return isOver;
  }

  @Override
  public boolean isSeeing() {
    return isSeeing;
  }

  @Override
  public int generation() {
    return generation.get();
  }

  @Override
  public synchronized int advance() {
    if (isRestless) {
      write();
    }
    int next = generation.incrementAndGet();
    if (!canFreeze) {
      atMoment = Arrays.copyOf(content, content.length);
    }
    return next;
  }

  @Override
  public boolean since(int from, Ranges ranges) {
    for (int i = 0; i < marks.length(); i++) {
      long offset = (long) i * MARK_BYTES;
      if (marks.get(i) >= from && offset < content.length) {
        ranges.range(offset, Math.min(MARK_BYTES, content.length - offset));
      }
    }
    return isSeeing && loss.isEmpty();
  }

  @Override
  public Optional<String> loss() {
    return loss;
  }

  @Override
  public void countAsWritten(long offset, long length) {
    for (long at = offset / MARK_BYTES; at * MARK_BYTES < offset + length; at++) {
      marks.set((int) at, generation.get());
    }
  }

  @Override
  public boolean isPossible() {
    return canFreeze;
  }

  @Override
  public void settle() {}

  @Override
  public Moment begin() {
    setFrozen(true);
    return new Moment() {
      @Override
      public void end() {
        atMoment = Arrays.copyOf(content, content.length);
        setFrozen(false);
      }

      @Override
      public void close() {
        setFrozen(false);
      }
    };
  }

  private synchronized void setFrozen(boolean now) {
    frozen = now;
    isTight = false;
  }
}
