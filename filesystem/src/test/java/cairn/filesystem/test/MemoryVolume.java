package cairn.filesystem.test;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.util.List;

/// Bytes in memory as a volume.
public record MemoryVolume(List<byte[]> content) implements BlockReader {
  public static MemoryVolume of(byte[] bytes) {
    return new MemoryVolume(List.of(bytes));
  }

  private byte[] bytes() {
    return content.getFirst();
  }

  @Override
  public long size() {
    return bytes().length;
  }

  @Override
  public int blockSize() {
    return 4096;
  }

  @Override
  public List<Extent> extents(long offset, long length) {
    return List.of(new Extent(offset, length, Extent.State.DATA));
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) {
    if (offset < 0 || offset > size() - length) {
      throw new IllegalArgumentException("bytes " + offset + "+" + length + " of " + size());
    }
    System.arraycopy(bytes(), (int) offset, target, from, length);
  }

  @Override
  public void close() {}
}
