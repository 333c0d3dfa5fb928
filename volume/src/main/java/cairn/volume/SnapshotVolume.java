package cairn.volume;

import cairn.base.block.Extent;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// What a volume held at one moment, read from elsewhere: it is still that volume.
///
/// @param origin that is backed up; belongs to others
/// @param kept that is read; belongs to this
/// @param loss asked when a read fails
public record SnapshotVolume(Volume origin, Volume kept, Loss loss) implements Volume {
  /// Why there is nothing any more that could be read.
  public interface Loss {
    /// Half a sentence; empty when there still is.
    Optional<String> reason();
  }

  /// @param kept closed when this fails
  /// @throws IOException when it is of another size by now
  public static SnapshotVolume of(Volume origin, Volume kept, Loss loss) throws IOException {
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
    return new SnapshotVolume(origin, kept, loss);
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
    try {
      kept.read(offset, target, from, length);
    } catch (IOException e) {
      throw explained(e);
    }
  }

  @Override
  public void read(long offset, MemorySegment target) throws IOException {
    try {
      kept.read(offset, target);
    } catch (IOException e) {
      throw explained(e);
    }
  }

  private IOException explained(IOException failure) {
    return loss.reason()
        .map(reason -> new IOException(failure.getMessage() + ": " + reason, failure))
        .orElse(failure);
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
