package cairn.filesystem.xfs.check;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.filesystem.check.Findings;
import java.io.IOException;
import java.util.List;

/// A volume that tells how much of it was read. Closing it closes nothing.
final class ToldVolume implements BlockReader {
  private static final long STEP_BYTES = 1 << 20;

  private final BlockReader volume;
  private final Findings findings;
  private long untold;

  ToldVolume(BlockReader volume, Findings findings) {
    this.volume = volume;
    this.findings = findings;
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
    volume.read(offset, target, from, length);
    untold += length;
    if (untold >= STEP_BYTES) {
      tell();
    }
  }

  /// Tells what was not told yet.
  void tell() throws IOException {
    long bytes = untold;
    untold = 0;
    findings.progress(bytes);
  }

  @Override
  public void close() {}
}
