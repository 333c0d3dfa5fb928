package cairn.filesystem.ext;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.io.IOException;
import java.util.List;

/// A volume that notes what is read: offsets and lengths.
record WatchedVolume(BlockReader volume, List<long[]> reads) implements BlockReader {
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
    reads.add(new long[] {offset, length});
    volume.read(offset, target, from, length);
  }

  @Override
  public void close() {}
}
