package cairn.export.qcow;

import cairn.base.block.BlockReader;
import cairn.volume.qcow.QcowHeader;
import java.util.Optional;

/// What an image is to be like.
///
/// @param clusterBits a cluster has `1 << clusterBits` bytes
/// @param compress whether clusters are compressed, by zstd, where that makes them smaller
/// @param backing what shows where nothing is written
public record QcowOptions(int clusterBits, boolean compress, Optional<Backing> backing) {
  /// Of 64 KiB, which is what QEMU itself takes.
  private static final int USUAL_CLUSTER_BITS = 16;

  private static final long L1_ENTRIES_MAX = (32 << 20) / Long.BYTES;

  /// A qcow2 image that the new one stands upon.
  ///
  /// @param name as the new image has it; a relative one begins at the folder of that
  /// @param disk what the guest sees in it; not closed
  public record Backing(String name, BlockReader disk) {}

  /// As QEMU does it, or with smaller clusters if blocks are smaller, so that each is written at
  /// once, or with larger ones if the disk is too large for them.
  public static QcowOptions suitedTo(long size, int blockBytes) {
    int bits = Math.min(USUAL_CLUSTER_BITS, Integer.numberOfTrailingZeros(blockBytes));
    bits = Math.max(bits, QcowHeader.CLUSTER_BITS_MIN);
    while (size >> (2 * bits - 3) >= L1_ENTRIES_MAX && bits < QcowHeader.CLUSTER_BITS_MAX) {
      bits++;
    }
    return new QcowOptions(bits, false, Optional.empty());
  }

  /// With clusters as large as blocks, so that blocks that are compressed already are taken as they
  /// are.
  public QcowOptions compressed(int blockBytes) {
    int bits = Math.min(Integer.numberOfTrailingZeros(blockBytes), QcowHeader.CLUSTER_BITS_MAX);
    return new QcowOptions(Math.max(bits, clusterBits), true, backing);
  }

  public QcowOptions upon(Backing below) {
    return new QcowOptions(clusterBits, compress, Optional.of(below));
  }

  int clusterBytes() {
    return 1 << clusterBits;
  }
}
