package cairn.engine;

import cairn.base.block.Extent;
import cairn.volume.Volume;
import cairn.volume.VolumeIdentity;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/// A source in memory that fails, shrinks and lies about its holes as told.
final class MemoryVolume implements Volume {
  /// What file systems tell holes by.
  static final int PAGE_BYTES = 4096;

  private final byte[] bytes;
  private final BitSet holes = new BitSet();
  private long unreadable = -1;
  private boolean sizeChanged;
  private boolean written;
  private LongConsumer onRead = offset -> {};

  /// All of it is data, says the source.
  MemoryVolume(byte[] bytes) {
    this.bytes = bytes;
  }

  /// The source knows its pages of zeros.
  MemoryVolume withHoles() {
    for (int page = 0; (long) page * PAGE_BYTES < bytes.length; page++) {
      int end = Math.min((page + 1) * PAGE_BYTES, bytes.length);
      boolean zeros = true;
      for (int i = page * PAGE_BYTES; i < end && zeros; i++) {
        zeros = bytes[i] == 0;
      }
      holes.set(page, zeros);
    }
    return this;
  }

  /// The source calls whole pages a hole, whatever is in them.
  MemoryVolume withHole(int offset, int length) {
    holes.set(offset / PAGE_BYTES, (offset + length) / PAGE_BYTES);
    return this;
  }

  /// Reads of this byte fail.
  MemoryVolume unreadableAt(long offset) {
    unreadable = offset;
    return this;
  }

  MemoryVolume writtenMeanwhile() {
    written = true;
    return this;
  }

  MemoryVolume withChangedSize() {
    sizeChanged = true;
    return this;
  }

  /// Told of the offset before each read.
  MemoryVolume onRead(LongConsumer listener) {
    onRead = listener;
    return this;
  }

  @Override
  public VolumeIdentity identity() {
    return VolumeIdentity.of(
        VolumeIdentity.Kind.FILE, Path.of("/images/disk"), bytes.length, Optional.empty());
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public int blockSize() {
    return BLOCK_BYTES;
  }

  @Override
  public List<Extent> extents(long offset, long length) {
    List<Extent> extents = new ArrayList<>();
    long from = offset;
    while (from < offset + length) {
      int page = (int) (from / PAGE_BYTES);
      boolean hole = holes.get(page);
      int next = hole ? holes.nextClearBit(page) : holes.nextSetBit(page);
      long end = offset + length;
      if (next >= 0) {
        end = Math.min(end, (long) next * PAGE_BYTES);
      }
      extents.add(new Extent(from, end - from, hole ? Extent.State.HOLE : Extent.State.DATA));
      from = end;
    }
    return extents;
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    onRead.accept(offset);
    if (unreadable >= offset && unreadable < offset + length) {
      throw new IOException("cannot read /images/disk at offset " + unreadable);
    }
    System.arraycopy(bytes, Math.toIntExact(offset), target, from, length);
  }

  @Override
  public void read(long offset, MemorySegment target) throws IOException {
    byte[] copy = new byte[Math.toIntExact(target.byteSize())];
    read(offset, copy, 0, copy.length);
    MemorySegment.copy(copy, 0, target, ValueLayout.JAVA_BYTE, 0, copy.length);
  }

  @Override
  public boolean wasWritten() {
    return written;
  }

  @Override
  public void checkUnchanged() throws IOException {
    if (sizeChanged) {
      throw new IOException("/images/disk has another size than when it was opened");
    }
  }

  @Override
  public void close() {}
}
