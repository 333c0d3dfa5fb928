package cairn.filesystem.test;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A volume that notes where it is read.
public final class Places implements BlockReader {
  private final BlockReader volume;
  private final Set<Extent> reads = new HashSet<>();
  private final List<Extent> list = new ArrayList<>();

  public Places(BlockReader volume) {
    this.volume = volume;
  }

  /// Each place once, in the order in which they were read.
  public List<Extent> list() {
    return list;
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
    Extent extent = new Extent(offset, length, Extent.State.DATA);
    if (reads.add(extent)) {
      list.add(extent);
    }
    volume.read(offset, target, from, length);
  }

  @Override
  public void close() {}
}
