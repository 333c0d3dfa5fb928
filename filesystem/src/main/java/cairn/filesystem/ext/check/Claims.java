package cairn.filesystem.ext.check;

import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.layout.BlockSet;

/// Which blocks belong to somebody. Files claim whole clusters.
final class Claims {
  private final long ratio;
  private final BlockSet metadata;
  private final BlockSet clusters;

  Claims(ExtSuperblock superblock) {
    this.ratio = superblock.blocksPerCluster();
    this.metadata = new BlockSet(superblock.blocks());
    this.clusters = ratio == 1 ? metadata : new BlockSet(Math.ceilDiv(superblock.blocks(), ratio));
  }

  long ratio() {
    return ratio;
  }

  /// What the file system itself needs.
  ///
  /// @return how many of the blocks were claimed already
  long takeMetadata(long first, long count) {
    long fresh = metadata.add(first, first + count);
    if (ratio > 1) {
      clusters.add(first / ratio, (first + count - 1) / ratio + 1);
    }
    return count - fresh;
  }

  /// @return how many of the clusters were claimed already
  long take(long firstCluster, long count) {
    return count - clusters.add(firstCluster, firstCluster + count);
  }

  BlockSet clusters() {
    return clusters;
  }
}
