package cairn.volume.overlay;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.block.Extent.State;
import cairn.base.block.NoRoom;
import cairn.base.block.WritableBlocks;
import cairn.base.bytes.CorruptData;
import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.RawFile;
import cairn.volume.overlay.UnitMap.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A volume over another one that is never written to; see [OverlayLayout] for the file.
///
/// A failure of the file is final, except that there was no room: reads go on, but nothing is
/// acknowledged any more (truth 8). After a failed sync the kernel takes for clean what it could
/// not write, and a second one would succeed without having done anything.
public final class Overlay implements WritableBlocks {
  private static final int UNIT = OverlayHeader.UNIT_BYTES;

  /// Units that are changed together; changes to two of the same stripe wait for each other.
  private static final int STRIPE_UNITS = 64;

  private static final int STRIPES = 64;

  private final RawFile file;
  private final BlockReader below;
  private final OverlayPages pages;
  private final long size;
  private final long dataOffset;
  private final Lock[] stripes = new Lock[STRIPES];
  private final Lock flushing = new ReentrantLock();
  private final boolean isReadOnly;
  private volatile @Nullable IOException broken;

  private Overlay(RawFile file, BlockReader below, OverlayPages pages, boolean isReadOnly) {
    this.file = file;
    this.isReadOnly = isReadOnly;
    this.below = below;
    this.pages = pages;
    this.size = pages.layout().size();
    this.dataOffset = pages.layout().dataOffset();
    Arrays.setAll(stripes, i -> new ReentrantLock());
  }

  /// An overlay in a file that is new and empty, and durable afterwards. It closes the file, and
  /// not what is below.
  public static Overlay create(RawFile file, OverlayBase base, BlockReader below)
      throws IOException {
    return new Overlay(file, below, OverlayPages.create(file, base), false);
  }

  /// An overlay that was made before.
  ///
  /// @throws IOException also when it stands on something else
  public static Overlay open(RawFile file, OverlayBase base, BlockReader below)
      throws IOException, CorruptData {
    return new Overlay(file, below, OverlayPages.open(file, base), false);
  }

  /// One that was made before, as it is: nothing is written to its file.
  public static Overlay openReadOnly(RawFile file, OverlayBase base, BlockReader below)
      throws IOException, CorruptData {
    return new Overlay(file, below, OverlayPages.read(file, base), true);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int blockSize() {
    return below.blockSize();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    check(offset, length);
    List<Extent> extents = new ArrayList<>();
    long end = offset + length;
    for (long at = offset; at < end; ) {
      Place place = pages.place(at / UNIT);
      long next = runEnd(at, end, place);
      switch (place) {
        case BELOW -> below.extents(at, next - at).forEach(each -> add(extents, each));
        case HERE -> add(extents, new Extent(at, next - at, State.DATA));
        case ZERO -> add(extents, new Extent(at, next - at, State.HOLE));
      }
      at = next;
    }
    return extents;
  }

  private static void add(List<Extent> extents, Extent next) {
    Extent last = extents.isEmpty() ? null : extents.getLast();
    if (last != null && last.state() == next.state()) {
      extents.removeLast();
      extents.add(new Extent(last.offset(), last.length() + next.length(), last.state()));
    } else {
      extents.add(next);
    }
  }

  /// Tells what was written to since the overlay was made, in whole units.
  public void changes(Consumer<Extent> told) {
    for (long at = 0; at < size; ) {
      Place place = pages.place(at / UNIT);
      long next = runEnd(at, size, place);
      if (place != Place.BELOW) {
        State state = place == Place.HERE ? State.DATA : State.HOLE;
        told.accept(new Extent(at, next - at, state));
      }
      at = next;
    }
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    check(offset, length);
    long end = offset + length;
    for (long at = offset; at < end; ) {
      Place place = pages.place(at / UNIT);
      long next = runEnd(at, end, place);
      int to = from + (int) (at - offset);
      int count = (int) (next - at);
      switch (place) {
        case BELOW -> below.read(at, target, to, count);
        case HERE -> readHere(at, target, to, count);
        case ZERO -> Arrays.fill(target, to, to + count, (byte) 0);
      }
      at = next;
    }
  }

  private void readHere(long offset, byte[] target, int from, int length) throws IOException {
    Bytes.read(file, dataOffset + offset, target, from, length);
  }

  /// Where the units of this place end, from the one at `at` on.
  private long runEnd(long at, long end, Place place) {
    long unit = at / UNIT + 1;
    while (unit * UNIT < end && pages.place(unit) == place) {
      unit++;
    }
    return Math.min(end, unit * UNIT);
  }

  @Override
  public void write(long offset, byte[] source, int from, int length) throws IOException {
    check(offset, length);
    eachStripe(
        offset, length, (at, count) -> writeLocked(at, source, from + (int) (at - offset), count));
  }

  /// Units of which only a part is written get the rest from wherever it is.
  private void writeLocked(long offset, byte[] source, int start, int length) throws IOException {
    long end = offset + length;
    long first = offset / UNIT * UNIT;
    long last = (end - 1) / UNIT * UNIT;
    long from = pages.place(first / UNIT) == Place.HERE ? offset : first;
    long to = pages.place(last / UNIT) == Place.HERE ? end : unitEnd(last);
    if (from == offset && to == end) {
      store(offset, source, start, length);
    } else {
      byte[] whole = new byte[(int) (to - from)];
      read(from, whole, 0, (int) (offset - from));
      read(end, whole, (int) (end - from), (int) (to - end));
      System.arraycopy(source, start, whole, (int) (offset - from), length);
      store(from, whole, 0, whole.length);
    }
    pages.set(first / UNIT, last / UNIT + 1, Place.HERE);
  }

  private void store(long offset, byte[] source, int from, int length) throws IOException {
    change(
        "write",
        offset,
        length,
        () -> Bytes.write(file, dataOffset + offset, source, from, length));
  }

  private long unitEnd(long unitOffset) {
    return Math.min(size, unitOffset + UNIT);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    check(offset, length);
    eachStripe(
        offset,
        length,
        (at, count) -> {
          long end = at + count;
          long from = Math.min(end, (at + UNIT - 1) / UNIT * UNIT);
          long to = end == size ? end : Math.max(from, end / UNIT * UNIT);
          zeroPart(at, from - at);
          zeroUnits(from, to);
          zeroPart(to, end - to);
        });
  }

  private void zeroPart(long offset, long length) throws IOException {
    if (length > 0 && pages.place(offset / UNIT) != Place.ZERO) {
      writeLocked(offset, new byte[(int) length], 0, (int) length);
    }
  }

  @Override
  public void trim(long offset, long length) throws IOException {
    check(offset, length);
    eachStripe(
        offset,
        length,
        (at, count) -> {
          long end = at + count;
          zeroUnits((at + UNIT - 1) / UNIT * UNIT, end == size ? end : end / UNIT * UNIT);
        });
  }

  /// Space is given back where some is taken. Should that be durable before the map is, the unit
  /// reads as zeros all the same.
  private void zeroUnits(long from, long to) throws IOException {
    if (from >= to) {
      return;
    }
    checkNotBroken();
    for (long at = from; at < to; ) {
      Place place = pages.place(at / UNIT);
      long next = runEnd(at, to, place);
      if (place == Place.HERE) {
        punch(at, next - at);
      }
      at = next;
    }
    pages.set(from / UNIT, (to + UNIT - 1) / UNIT, Place.ZERO);
  }

  private void punch(long offset, long length) throws IOException {
    change(
        "give back",
        offset,
        length,
        () -> {
          try {
            file.punchHole(dataOffset + offset, length);
          } catch (CallFailed e) {
            if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.ENOSYS) {
              throw e;
            }
          }
        });
  }

  private interface StripeAction {
    void run(long offset, int length) throws IOException;
  }

  private void eachStripe(long offset, long length, StripeAction action) throws IOException {
    long end = offset + length;
    long stripeBytes = (long) STRIPE_UNITS * UNIT;
    for (long at = offset; at < end; ) {
      long next = Math.min(end, (at / stripeBytes + 1) * stripeBytes);
      Lock stripe = stripes[(int) (at / stripeBytes % STRIPES)];
      stripe.lock();
      try {
        action.run(at, (int) (next - at));
      } finally {
        stripe.unlock();
      }
      at = next;
    }
  }

  @Override
  public void flush() throws IOException {
    flushing.lock();
    try {
      checkNotBroken();
      List<Page> changed = pages.takeChanged();
      sync("data");
      if (!changed.isEmpty()) {
        store(changed);
        sync("maps");
      }
    } finally {
      flushing.unlock();
    }
  }

  private void store(List<Page> changed) throws IOException {
    try {
      pages.write(changed);
    } catch (IOException e) {
      throw fail("store the map of", 0, size, e);
    }
  }

  private void sync(String what) throws IOException {
    try {
      file.sync();
    } catch (IOException e) {
      throw fail("make durable the " + what + " of", 0, size, e);
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  /// Runs what changes units, which are as before or as they will be when it fails for want of
  /// room.
  private void change(String verb, long offset, long length, Action action) throws IOException {
    checkNotBroken();
    try {
      action.run();
    } catch (CallFailed e) {
      if (e.errno() == Errno.ENOSPC || e.errno() == Errno.EDQUOT) {
        throw new NoRoom(sentence(verb, offset, length, e), e);
      }
      throw fail(verb, offset, length, e);
    } catch (IOException e) {
      throw fail(verb, offset, length, e);
    }
  }

  private IOException fail(String verb, long offset, long length, IOException why) {
    IOException failure = new IOException(sentence(verb, offset, length, why), why);
    synchronized (this) {
      broken = broken == null ? failure : broken;
    }
    return failure;
  }

  private String sentence(String verb, long offset, long length, IOException why) {
    String where = "bytes " + offset + "+" + length + " of " + file.path();
    return "cannot " + verb + " " + where + ": " + why.getMessage();
  }

  private void checkNotBroken() throws IOException {
    if (isReadOnly) {
      throw new IOException(file.path() + " was opened to be read only");
    }
    IOException earlier = broken;
    if (earlier != null) {
      throw new IOException(
          file.path()
              + " takes nothing more since an earlier failure; what was flushed before is in it: "
              + earlier.getMessage(),
          earlier);
    }
  }

  private void check(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a volume of " + size);
    }
  }

  /// Flushes, notes that everything is in order, and closes the file.
  ///
  /// @throws IOException when anything that was written may be lost
  @Override
  public void close() throws IOException {
    try (file) {
      if (!isReadOnly) {
        flush();
        pages.writeHeader(false);
        file.sync();
      }
    }
  }
}
