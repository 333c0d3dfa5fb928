package cairn.filesystem;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.io.IOException;
import java.util.List;

/// A volume that can be read behind its first 4 KiB only some times.
final class FailingVolume implements BlockReader {
  private static final long READABLE = 4096;

  private final BlockReader volume;
  private int left;

  FailingVolume(BlockReader volume, int left) {
    this.volume = volume;
    this.left = left;
  }

  @Override
  public long size() {
    return volume.size();
  }

  @Override
  public int blockSize() {
    return volume.blockSize();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    return volume.extents(offset, length);
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    if (offset >= READABLE && left-- <= 0) {
      throw new IOException("no luck");
    }
    volume.read(offset, target, from, length);
  }

  @Override
  public void close() {}
}
