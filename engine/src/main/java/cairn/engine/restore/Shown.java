package cairn.engine.restore;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.repository.tree.VolumeTree;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a target shows of some blocks while nothing is written to it.
final class Shown {
  private final long first;
  private final @Nullable ChunkId @Nullable [] ids;

  /// @param ids of the blocks from `first` on, null for zeros; without it nothing is known
  private Shown(long first, @Nullable ChunkId @Nullable [] ids) {
    this.first = first;
    this.ids = ids;
  }

  /// Of what lies beyond the end of a smaller volume it shows zeros. A volume that cannot be read
  /// tells nothing, which costs time and space but no safety.
  static Shown of(Optional<VolumeTree> tree, long first, long end) {
    if (tree.isEmpty()) {
      return new Shown(first, null);
    }
    long count = tree.get().blockCount();
    long from = Math.min(first, count);
    int known = (int) (Math.min(end, count) - from);
    try {
      return new Shown(first, Arrays.copyOf(tree.get().chunks(from, known), (int) (end - first)));
    } catch (CorruptData | IOException e) {
      return new Shown(first, null);
    }
  }

  boolean isNothing() {
    return ids == null;
  }

  /// Whether the block is as wanted.
  ///
  /// @param id what is wanted, null for zeros
  boolean has(long block, @Nullable ChunkId id) {
    return ids != null && Objects.equals(ids[(int) (block - first)], id);
  }
}
