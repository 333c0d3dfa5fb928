package cairn.filesystem.ext.file;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.util.List;

/// Content that was read with the inode.
final class InlineContent implements BlockReader {
  private static final int UNIT_BYTES = 4096;

  private final byte[] bytes;

  InlineContent(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public int blockSize() {
    return UNIT_BYTES;
  }

  @Override
  public List<Extent> extents(long offset, long length) {
    return length == 0 ? List.of() : List.of(new Extent(offset, length, Extent.State.DATA));
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) {
    if (offset < 0 || length < 0 || offset > bytes.length - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a file of " + bytes.length);
    }
    System.arraycopy(bytes, (int) offset, target, from, length);
  }

  @Override
  public void close() {}
}
