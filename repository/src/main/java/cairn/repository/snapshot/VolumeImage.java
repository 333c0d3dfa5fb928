package cairn.repository.snapshot;

import cairn.repository.tree.Promise;
import cairn.repository.tree.TreeRoot;
import java.util.Map;
import java.util.Optional;

/// One volume of a snapshot.
///
/// @param name unique within the snapshot; the last part of the source's path as a rule
/// @param size in bytes
/// @param blockBytes the size of a block, a power of two
/// @param root empty when every block is zeros
/// @param source what was read: `kind`, `path`, and what identifies it
public record VolumeImage(
    String name, long size, int blockBytes, Optional<TreeRoot> root, Map<String, String> source) {
  public VolumeImage {
    source = Map.copyOf(source);
  }

  /// The number of blocks; the last one may be shorter than the others.
  public long blockCount() {
    return (size + blockBytes - 1) / blockBytes;
  }

  /// The length of a block in bytes.
  public int blockLength(long block) {
    return (int) Math.min(blockBytes, size - block * blockBytes);
  }

  /// What the snapshot says of the root; empty when every block is zeros.
  public Optional<Promise> promise() {
    return root.map(top -> Promise.of(top, blockCount()));
  }
}
