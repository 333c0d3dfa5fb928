package cairn.export.qcow;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.volume.PartialFile;
import java.io.IOException;
import java.util.List;

/// A file that is stored and has no name yet, to be read as anybody would. Closing it leaves the
/// file alone.
record StoredFile(PartialFile file) implements BlockReader {
  private static final int BLOCK_BYTES = 64 << 10;

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public int blockSize() {
    return BLOCK_BYTES;
  }

  @Override
  public List<Extent> extents(long offset, long length) {
    return List.of(new Extent(offset, length, Extent.State.DATA));
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    file.read(offset, target, from, length);
  }

  @Override
  public void close() {}
}
