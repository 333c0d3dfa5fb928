package cairn.export.nbd;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.io.IOException;
import java.util.List;

/// A volume without the way to write to it.
record ReadOnly(BlockReader volume) implements BlockReader {
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
    volume.read(offset, target, from, length);
  }

  @Override
  public void close() throws IOException {
    volume.close();
  }
}
