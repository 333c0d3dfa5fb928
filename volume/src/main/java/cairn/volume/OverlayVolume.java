package cairn.volume;

import cairn.base.block.Extent;
import cairn.volume.overlay.Overlay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What a machine sees that writes into an overlay. While it is open here, nobody else has it.
public final class OverlayVolume implements Volume {
  private final Overlay overlay;
  private final String base;
  private final VolumeIdentity identity;

  /// @param overlay closed with this
  /// @param base id of the snapshot that it stands on
  /// @param name of the volume there
  public OverlayVolume(Overlay overlay, Path path, String base, String name) {
    this.overlay = overlay;
    this.base = base;
    this.identity =
        new VolumeIdentity(
            VolumeIdentity.Kind.OVERLAY, path.toString(), name, overlay.size(), Optional.empty());
  }

  /// The id of the snapshot that it stands on.
  public String base() {
    return base;
  }

  /// Tells where it is not as that snapshot.
  public void changes(Consumer<Extent> told) {
    overlay.changes(told);
  }

  @Override
  public VolumeIdentity identity() {
    return identity;
  }

  @Override
  public long size() {
    return overlay.size();
  }

  @Override
  public int blockSize() {
    return overlay.blockSize();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    return overlay.extents(offset, length);
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    overlay.read(offset, target, from, length);
  }

  @Override
  public void checkUnchanged() {
    // Its size is written in it.
  }

  @Override
  public boolean wasWritten() {
    return false;
  }

  @Override
  public void close() throws IOException {
    overlay.close();
  }
}
