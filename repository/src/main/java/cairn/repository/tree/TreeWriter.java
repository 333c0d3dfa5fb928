package cairn.repository.tree;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Builds the tree of a volume from its blocks in ascending order; holds one unfinished node for
/// each level. Not safe for use by several threads.
public final class TreeWriter {
  private final NodeSink sink;
  private final int rootLevel;
  private final List<List<Item>> pending = new ArrayList<>();

  /// @param blockCount of the volume
  public TreeWriter(NodeSink sink, long blockCount) {
    this.sink = sink;
    this.rootLevel = Shape.rootLevel(blockCount);
    for (int level = 0; level <= rootLevel; level++) {
      pending.add(new ArrayList<>());
    }
  }

  /// Adds a block that is not all zeros.
  public void add(long block, ChunkId chunk) throws IOException, CorruptData {
    add(0, Item.block(block, chunk));
  }

  private void add(int level, Item item) throws IOException, CorruptData {
    List<Item> items = pending.get(level);
    if (!items.isEmpty() && node(items.getFirst(), level) != node(item, level)) {
      flush(level);
    }
    pending.get(level).add(item);
  }

  private static long node(Item item, int level) {
    return Shape.nodeOf(item.key().offset(), level);
  }

  private void flush(int level) throws IOException, CorruptData {
    Node node = new Node(level, pending.get(level));
    pending.get(level).clear();
    add(level + 1, new Item(node.firstKey(), sink.store(node), node.count()));
  }

  /// Stores what is unfinished.
  ///
  /// @return empty when no block was added
  public Optional<TreeRoot> finish() throws IOException, CorruptData {
    for (int level = 0; level < rootLevel; level++) {
      if (!pending.get(level).isEmpty()) {
        flush(level);
      }
    }
    List<Item> items = pending.get(rootLevel);
    if (items.isEmpty()) {
      return Optional.empty();
    }
    Node root = new Node(rootLevel, items);
    return Optional.of(new TreeRoot(sink.store(root), rootLevel, root.count()));
  }
}
