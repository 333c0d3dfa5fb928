package cairn.volume;

import cairn.base.block.Extent;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// What a volume held at one moment, read from elsewhere: it is still that volume.
///
/// @param origin that is backed up; belongs to others
/// @param kept that is read; belongs to this
public record SnapshotVolume(Volume origin, Volume kept) implements Volume {
  /// @param kept closed when this fails
  /// @throws IOException when it is of another size by now
  public static SnapshotVolume of(Volume origin, Volume kept) throws IOException {
    if (origin.size() != kept.size()) {
      kept.close();
      throw new IOException(
          origin.identity().location()
              + " has "
              + origin.size()
              + " bytes and its snapshot "
              + kept.size()
              + ": its size has just been changed; run the backup again");
    }
    return new SnapshotVolume(origin, kept);
  }

  @Override
  public VolumeIdentity identity() {
    return origin.identity();
  }

  @Override
  public long size() {
    return kept.size();
  }

  @Override
  public int blockSize() {
    return kept.blockSize();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    return kept.extents(offset, length);
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    kept.read(offset, target, from, length);
  }

  @Override
  public void read(long offset, MemorySegment target) throws IOException {
    kept.read(offset, target);
  }

  @Override
  public void checkUnchanged() throws IOException {
    kept.checkUnchanged();
  }

  @Override
  public boolean wasWritten() throws IOException {
    return kept.wasWritten();
  }

  @Override
  public List<String> warnings() {
    return kept.warnings();
  }

  @Override
  public void close() throws IOException {
    kept.close();
  }
}
