package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.block.BlockSink;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/// A target in memory, full of somebody else's bytes at first. Knows what was written, lets no byte
/// be written twice, and fails and lies as told.
final class MemorySink implements BlockSink {
  private final byte[] bytes;
  private final BitSet written = new BitSet();
  private long unwritable = -1;
  private long lost = -1;
  private boolean finishFails;
  private boolean finished;
  private long bytesReadBack;

  MemorySink(long size) {
    bytes = new byte[Math.toIntExact(size)];
    Arrays.fill(bytes, (byte) 0x5A);
  }

  /// Writes to this byte fail.
  MemorySink unwritableAt(long offset) {
    unwritable = offset;
    return this;
  }

  /// Writes to this byte are not done, and nothing is said.
  MemorySink losing(long offset) {
    lost = offset;
    return this;
  }

  MemorySink failingToFinish() {
    finishFails = true;
    return this;
  }

  byte[] bytes() {
    return bytes;
  }

  boolean finished() {
    return finished;
  }

  synchronized long bytesReadBack() {
    return bytesReadBack;
  }

  /// Whether all of `[offset, offset + length)` was written.
  synchronized boolean written(long offset, long length) {
    return written.nextClearBit((int) offset) >= offset + length;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void write(long offset, byte[] source, int from, int length) throws IOException {
    take(offset, Arrays.copyOfRange(source, from, from + length));
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    take(offset, new byte[Math.toIntExact(length)]);
  }

  private synchronized void take(long offset, byte[] content) throws IOException {
    int from = Math.toIntExact(offset);
    int end = from + content.length;
    assertThat(finished).isFalse();
    assertThat(end).isLessThanOrEqualTo(bytes.length);
    int next = written.nextSetBit(from);
    assertThat(next < 0 || next >= end).as("written once").isTrue();
    if (unwritable >= from && unwritable < end) {
      throw new IOException("cannot write the target at offset " + unwritable);
    }
    written.set(from, end);
    byte before = lost >= from && lost < end ? bytes[(int) lost] : 0;
    System.arraycopy(content, 0, bytes, from, content.length);
    if (lost >= from && lost < end) {
      bytes[(int) lost] = before;
    }
  }

  @Override
  public void finish() throws IOException {
    if (finishFails) {
      throw new IOException("cannot sync the target");
    }
    finished = true;
  }

  @Override
  public synchronized void readBack(long offset, byte[] target, int from, int length) {
    assertThat(finished).isTrue();
    bytesReadBack += length;
    System.arraycopy(bytes, Math.toIntExact(offset), target, from, length);
  }

  @Override
  public void close() {}
}
