package cairn.repository.tree;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the tree of one volume. Keeps a few nodes that it read last. Safe for use by several
/// threads.
public final class VolumeTree {
  private static final int NODES_KEPT = 64;

  private final NodeSource source;
  private final @Nullable TreeRoot root;
  private final long blockCount;
  private final Map<Promise, Node> kept = // by promise: a node is checked for each that names it
      new LinkedHashMap<>(NODES_KEPT * 2, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Promise, Node> eldest) {
          return size() > NODES_KEPT;
        }
      };

  /// @param root null for a volume of zeros
  public VolumeTree(NodeSource source, @Nullable TreeRoot root, long blockCount) {
    this.source = source;
    this.root = root;
    this.blockCount = blockCount;
  }

  /// Of no blocks, for where there is nothing to compare with.
  public static VolumeTree none() {
    return new VolumeTree(
        promise -> {
          throw new IllegalStateException("a tree of no blocks has no node " + promise.id());
        },
        null,
        0);
  }

  public long blockCount() {
    return blockCount;
  }

  /// The root's promise; null for a volume of zeros.
  @Nullable Promise top() {
    return root == null ? null : Promise.of(root, blockCount);
  }

  Node load(Promise promise) throws IOException, CorruptData {
    Node known;
    synchronized (kept) {
      known = kept.get(promise);
    }
    if (known != null) {
      return known;
    }
    Node node = source.load(promise);
    synchronized (kept) {
      kept.put(promise, node);
    }
    return node;
  }

  /// The leaf that spans the block; null when all blocks that it would span are zeros.
  public @Nullable Node leaf(long block) throws IOException, CorruptData {
    Promise promise = top();
    while (promise != null) {
      Node node = load(promise);
      if (node.level() == 0) {
        return Shape.nodeOf(node.firstKey().offset(), 0) == Shape.nodeOf(block, 0) ? node : null;
      }
      promise = childFor(promise, node, block);
    }
    return null;
  }

  private static @Nullable Promise childFor(Promise promise, Node node, long block) {
    long wanted = Shape.nodeOf(block, node.level() - 1);
    for (Item item : node.items()) {
      if (Shape.nodeOf(item.key().offset(), node.level() - 1) == wanted) {
        return promise.child(item);
      }
    }
    return null;
  }

  /// The chunks of `count` blocks from `first` on; null where a block is all zeros.
  public @Nullable ChunkId[] chunks(long first, int count) throws IOException, CorruptData {
    @Nullable ChunkId[] chunks = new ChunkId[count];
    long next = first;
    while (next < first + count) {
      Node leaf = leaf(next);
      long end = Math.min(first + count, (Shape.nodeOf(next, 0) + 1) * Shape.FANOUT);
      if (leaf != null) {
        for (Item item : leaf.items()) {
          long block = item.key().offset();
          if (block >= next && block < end) {
            chunks[(int) (block - first)] = item.id();
          }
        }
      }
      next = end;
    }
    return chunks;
  }
}
