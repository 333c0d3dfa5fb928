package cairn.export.nbd;

import cairn.base.block.Extent;
import cairn.base.block.Extent.State;
import cairn.base.block.WritableBlocks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A volume in memory, of blocks that are holes or not, some of which may be bad.
final class TestVolume implements WritableBlocks {
  static final int BLOCK = 4096;

  private final byte[] bytes;
  private volatile long badFrom = Long.MAX_VALUE;
  private volatile boolean changesFail;
  private volatile boolean flushFails;
  private final AtomicInteger flushes = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);
  private volatile long gatedFrom = Long.MAX_VALUE;

  TestVolume(byte[] bytes) {
    this.bytes = bytes;
  }

  /// What lies there and behind cannot be read.
  void breakFrom(long offset) {
    badFrom = offset;
  }

  /// Reads from there on wait until [#letGo()].
  void holdBackFrom(long offset) {
    gatedFrom = offset;
  }

  void letGo() {
    gate.countDown();
  }

  void failChanges() {
    changesFail = true;
  }

  void failFlushes() {
    flushFails = true;
  }

  int flushes() {
    return flushes.get();
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public int blockSize() {
    return BLOCK;
  }

  @Override
  public synchronized List<Extent> extents(long offset, long length) {
    List<Extent> extents = new ArrayList<>();
    long end = offset + length;
    for (long at = offset; at < end; ) {
      long next = Math.min(end, (at / BLOCK + 1) * BLOCK);
      State state = isZero(at, next) ? State.HOLE : State.DATA;
      Extent last = extents.isEmpty() ? null : extents.getLast();
      if (last != null && last.state() == state) {
        extents.removeLast();
        extents.add(new Extent(last.offset(), next - last.offset(), state));
      } else {
        extents.add(new Extent(at, next - at, state));
      }
      at = next;
    }
    return extents;
  }

  private boolean isZero(long from, long to) {
    for (long at = from; at < to; at++) {
      if (bytes[(int) at] != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    if (offset + length > badFrom) {
      throw new IOException("cannot read bytes " + offset + "+" + length + " of the test");
    }
    if (offset >= gatedFrom) {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    synchronized (this) {
      System.arraycopy(bytes, (int) offset, target, from, length);
    }
  }

  @Override
  public synchronized void write(long offset, byte[] source, int from, int length)
      throws IOException {
    checkChange();
    System.arraycopy(source, from, bytes, (int) offset, length);
  }

  @Override
  public synchronized void zero(long offset, long length) throws IOException {
    checkChange();
    Arrays.fill(bytes, (int) offset, (int) (offset + length), (byte) 0);
  }

  @Override
  public void trim(long offset, long length) throws IOException {
    zero(offset, length);
  }

  private void checkChange() throws IOException {
    if (changesFail) {
      throw new IOException("cannot write the test");
    }
  }

  @Override
  public void flush() throws IOException {
    if (flushFails) {
      throw new IOException("cannot flush the test");
    }
    flushes.incrementAndGet();
  }

  @Override
  public void close() {}
}
