package cairn.engine.capture;

import cairn.base.block.BlockReader;
import cairn.repository.tree.VolumeTree;

/// What is read, and what it is compared with.
///
/// @param parent of no blocks when there is nothing to compare with
/// @param blockBytes the repository's size of a block
public record Source(BlockReader volume, VolumeTree parent, int blockBytes) {
  public long blockCount() {
    return (volume.size() + blockBytes - 1) / blockBytes;
  }
}
