package cairn.linux.fuse;

import cairn.linux.DeviceNumber;
import cairn.linux.Errno;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A directory of files whose names are numbers, and one whose name is no text. Counts the
/// references that the kernel has.
final class NumberedTree implements FuseTree {
  static final byte[] NO_TEXT = {'a', (byte) 0xFF, '\n'};
  static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

  private static final int FIRST = 10;

  private final int count;
  private final Map<Long, Long> references = new HashMap<>();
  private boolean forgets;

  NumberedTree(int count) {
    this.count = count;
  }

  synchronized int known() {
    return references.size();
  }

  /// From now on everything is superfluous.
  synchronized void forgetAll() {
    forgets = true;
  }

  private static Stat stat(long number, int mode) {
    Instant time = Instant.ofEpochSecond(-5, 123_456_789);
    return new Stat(
        number,
        mode,
        1,
        new Owner(4_000_000_000L, 7),
        number == ROOT ? 0 : CONTENT.length,
        512,
        DeviceNumber.parse("0:0"),
        new Times(time, time, time));
  }

  private byte[] name(long number) {
    return number == FIRST ? NO_TEXT : ("" + number).getBytes(StandardCharsets.UTF_8);
  }

  private synchronized void refer(long number) {
    references.merge(number, 1L, Long::sum);
  }

  @Override
  public Stat lookup(long directory, byte[] name) throws FuseError {
    String text = new String(name, StandardCharsets.UTF_8);
    long number =
        Arrays.equals(name, NO_TEXT)
            ? FIRST
            : text.matches("[1-9][0-9]*") ? Long.parseLong(text) : 0;
    if (number >= FIRST && number < FIRST + count) {
      refer(number);
      return stat(number);
    }
    throw new FuseError(Errno.ENOENT);
  }

  @Override
  public synchronized void forget(long node, long count) {
    references.computeIfPresent(node, (key, known) -> known > count ? known - count : null);
  }

  @Override
  public Stat stat(long node) {
    return node == ROOT ? stat(ROOT, 040755) : stat(node, 0100644);
  }

  @Override
  public byte[] target(long node) {
    throw new IllegalStateException("a bug");
  }

  @Override
  public long openFile(long node) {
    return node;
  }

  @Override
  public long openDirectory(long node) {
    return node;
  }

  @Override
  public int read(long handle, long offset, byte[] target, int length) throws FuseError {
    if (handle == FIRST + 1) {
      throw new FuseError(Errno.EIO);
    }
    if (handle == FIRST + 2) {
      throw new IllegalStateException("a bug");
    }
    System.arraycopy(CONTENT, 0, target, 0, CONTENT.length);
    return CONTENT.length;
  }

  @Override
  public long seek(long handle, long offset, boolean toData) throws FuseError {
    if (toData) {
      throw new FuseError(Errno.ENXIO);
    }
    return offset;
  }

  @Override
  public void list(long handle, long position, DirectoryPage page) {
    for (long at = position; at < count; at++) {
      long number = FIRST + at;
      boolean added =
          page.isLong()
              ? page.add(at + 1, name(number), stat(number))
              : page.add(at + 1, name(number), number, 8);
      if (!added) {
        return;
      }
      if (page.isLong()) {
        refer(number);
      }
    }
  }

  @Override
  public void close(long handle) {}

  @Override
  public byte[] extendedAttribute(long node, byte[] name) throws FuseError {
    if (!Arrays.equals(name, "user.one".getBytes(StandardCharsets.UTF_8))) {
      throw new FuseError(Errno.ENODATA);
    }
    return CONTENT;
  }

  @Override
  public Collection<byte[]> extendedAttributes(long node) {
    return List.of("user.one".getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public Space space() {
    return new Space(1 << 20, 4096);
  }

  @Override
  public synchronized Collection<Entry> superfluous() {
    return forgets
        ? references.keySet().stream().map(number -> new Entry(ROOT, name(number))).toList()
        : List.of();
  }
}
