package cairn.export.mount;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.filesystem.file.Attributes;
import java.io.IOException;

/// The bytes of a volume as a file.
final class DiskImage extends Made {
  // Whoever reads it reads all files in it, so it is for its owner alone.
  private static final int PERMISSIONS = 0400;

  /// Counting what a volume takes means reading its whole tree, too long for `stat` beyond this.
  private static final long COUNTED_BYTES_MAX = 256L << 30;

  private final BlockReader volume;
  private long allocated = -1;

  DiskImage(long number, Origin origin, BlockReader volume) {
    super(number, origin);
    this.volume = volume;
  }

  @Override
  public Attributes attributes() {
    return attributes(Attributes.Type.REGULAR, PERMISSIONS, volume.size(), 1);
  }

  /// Of a large volume, or one that cannot be read, a little less than its size: programs that care
  /// for holes will look for them.
  @Override
  public synchronized long allocated() {
    if (allocated < 0) {
      allocated = Math.max(0, volume.size() - volume.blockSize());
      if (volume.size() <= COUNTED_BYTES_MAX) {
        count();
      }
    }
    return allocated;
  }

  private void count() {
    try {
      allocated =
          volume.extents(0, volume.size()).stream()
              .filter(extent -> extent.state() == Extent.State.DATA)
              .mapToLong(Extent::length)
              .sum();
    } catch (IOException e) {
      return; // whoever reads it is told
    }
  }

  /// Its closing is left to whoever opened the volume.
  @Override
  public BlockReader content() {
    return volume;
  }
}
