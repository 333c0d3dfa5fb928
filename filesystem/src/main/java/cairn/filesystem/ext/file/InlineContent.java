package cairn.filesystem.ext.file;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Content that was read with the inode. Behind it there may be a hole.
final class InlineContent implements BlockReader {
  private static final int UNIT_BYTES = 4096;

  private final byte[] bytes;
  private final long size;

  InlineContent(byte[] bytes, long size) {
    this.bytes = bytes;
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int blockSize() {
    return UNIT_BYTES;
  }

  @Override
  public List<Extent> extents(long offset, long length) {
    List<Extent> extents = new ArrayList<>();
    long data = Math.clamp(bytes.length - offset, 0, length);
    if (data > 0) {
      extents.add(new Extent(offset, data, Extent.State.DATA));
    }
    if (data < length) {
      extents.add(new Extent(offset + data, length - data, Extent.State.HOLE));
    }
    return extents;
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a file of " + size);
    }
    int data = (int) Math.clamp(bytes.length - offset, 0L, length);
    Arrays.fill(target, from + data, from + length, (byte) 0);
    if (data > 0) {
      System.arraycopy(bytes, (int) offset, target, from, data);
    }
  }

  @Override
  public void close() {}
}
