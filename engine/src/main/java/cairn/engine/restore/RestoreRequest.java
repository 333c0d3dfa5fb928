package cairn.engine.restore;

import cairn.base.block.BlockSink;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;

/// What to restore, and where to.
///
/// @param sink opened for the volume's size; closed by the caller
/// @param verifyAll whether to read back everything afterwards, not only a sample
public record RestoreRequest(
    Snapshot snapshot, VolumeImage volume, BlockSink sink, boolean verifyAll) {}
