package cairn.engine.restore;

import cairn.base.block.BlockSink;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import java.util.Optional;

/// What to restore, and where to.
///
/// @param sink opened for the volume's size; closed by the caller
/// @param verifyAll whether to read back everything afterwards, not only a sample
/// @param shown what the sink shows where nothing is written to it: blocks that are the same there
///   are left alone
public record RestoreRequest(
    Snapshot snapshot,
    VolumeImage volume,
    BlockSink sink,
    boolean verifyAll,
    Optional<VolumeImage> shown) {
  public RestoreRequest(Snapshot snapshot, VolumeImage volume, BlockSink sink, boolean verifyAll) {
    this(snapshot, volume, sink, verifyAll, Optional.empty());
  }
}
