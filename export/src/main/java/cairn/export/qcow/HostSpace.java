package cairn.export.qcow;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The space of the image file, given away from its start to its end, and how often each cluster of
/// it is used: refcount blocks of 16 bits an entry ("Host cluster management" in `qcow2.txt`).
/// Compressed clusters lie side by side, across the borders of clusters. Safe for use by several
/// threads.
final class HostSpace {
  private static final int ENTRY_BYTES = 2;

  /// Taken at once for compressed clusters, so that few of them have to begin anew behind others;
  /// and less as long as the file is small.
  private static final long PACKED_BYTES = 4 << 20;

  private static final int PACKED_PART = 16;

  private final int clusterBytes;
  private final List<byte[]> blocks = new ArrayList<>();
  private long end;
  private long packedAt;
  private long packedEnd;

  HostSpace(int clusterBytes) {
    this.clusterBytes = clusterBytes;
  }

  /// @return the offset of so many clusters, each used once
  synchronized long clusters(long count) {
    long offset = end;
    end += count * clusterBytes;
    for (long at = offset; at < end; at += clusterBytes) {
      use(at);
    }
    return offset;
  }

  /// @return the offset of so many bytes of a compressed cluster, beside the one before if possible
  synchronized long packed(int length) {
    if (packedEnd - packedAt < length) {
      extendPacked(length);
    }
    long offset = packedAt;
    long last = (offset + length - 1) / clusterBytes;
    for (long cluster = offset / clusterBytes; cluster <= last; cluster++) {
      use(cluster * clusterBytes);
    }
    packedAt += length;
    return offset;
  }

  private void extendPacked(int length) {
    if (packedEnd != end) {
      packedAt = end;
    }
    long more = Math.min(PACKED_BYTES, end / PACKED_PART);
    packedEnd = roundUp(Math.max(packedAt + length, end + more));
    end = packedEnd;
  }

  /// Gives back what was taken for compressed clusters and is not needed.
  synchronized void trim() {
    if (packedEnd == end) {
      end = roundUp(packedAt);
      packedEnd = end;
    }
  }

  synchronized long end() {
    return end;
  }

  /// Refcount blocks, with themselves and their table counted: the last that is taken.
  ///
  /// @return where the table is, and in how many clusters
  synchronized Counted count() {
    long blockClusters = clusterBytes / ENTRY_BYTES;
    long used = end / clusterBytes;
    long blockCount = 0;
    long tableClusters = 0;
    while (blockCount * blockClusters < used + blockCount + tableClusters) {
      blockCount = Math.ceilDiv(used + blockCount + tableClusters, blockClusters);
      tableClusters = Math.ceilDiv(blockCount * Long.BYTES, clusterBytes);
    }
    long firstBlock = clusters(blockCount);
    long table = clusters(tableClusters);
    return new Counted(firstBlock, List.copyOf(blocks), table, Math.toIntExact(tableClusters));
  }

  /// @param firstBlock where the blocks are, one after the other
  record Counted(long firstBlock, List<byte[]> blocks, long table, int tableClusters) {}

  private void use(long offset) {
    long cluster = offset / clusterBytes;
    int block = Math.toIntExact(cluster * ENTRY_BYTES / clusterBytes);
    while (blocks.size() <= block) {
      blocks.add(new byte[clusterBytes]);
    }
    int at = (int) (cluster * ENTRY_BYTES % clusterBytes);
    ByteBuffer counts = ByteBuffer.wrap(blocks.get(block));
    counts.putShort(at, (short) (counts.getShort(at) + 1));
  }

  private long roundUp(long offset) {
    return Math.ceilDiv(offset, (long) clusterBytes) * clusterBytes;
  }
}
