package cairn.volume.overlay;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.io.IOException;
import java.util.List;

/// A volume of any size whose bytes follow from where they are, with a hole in each MiB; one range
/// of it may be unreadable.
final class Pattern implements BlockReader {
  private final long size;
  private long badFrom = Long.MAX_VALUE;

  Pattern(long size) {
    this.size = size;
  }

  Pattern unreadableFrom(long offset) {
    badFrom = offset;
    return this;
  }

  static byte at(long offset) {
    return (byte) (isHole(offset) ? 0 : (offset * 0x9E3779B97F4A7C15L) >>> 40 | 1);
  }

  private static boolean isHole(long offset) {
    return ((offset >> 16) & 15) == 8;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int blockSize() {
    return 1 << 16;
  }

  @Override
  public List<Extent> extents(long offset, long length) {
    return List.of(new Extent(offset, length, Extent.State.DATA));
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    if (offset + length > badFrom) {
      throw new IOException("cannot read bytes " + offset + "+" + length + " of the pattern");
    }
    for (int i = 0; i < length; i++) {
      target[from + i] = at(offset + i);
    }
  }

  @Override
  public void close() {}
}
