package cairn.repository.tree;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes a tree out of an old one and what has changed since. Reads and writes only the nodes that
/// span a changed block, and names the others as they are: whoever uses it must know that all that
/// the old tree reaches is there and stays there. The result is what [TreeWriter] would have made.
/// Used by one thread.
public final class TreeUpdater {
  private final VolumeTree before;
  private final NodeSink sink;
  private final long blockCount;

  /// The blocks that differ from the old tree, or may.
  public interface Changes {
    /// The first one at or after `block`; [Long#MAX_VALUE] when there is none.
    long next(long block);

    /// What a changed block holds; null when it is all zeros.
    @Nullable ChunkId chunk(long block) throws IOException;
  }

  /// @param before of as many blocks, or of none
  public TreeUpdater(VolumeTree before, NodeSink sink, long blockCount) {
    if (before.blockCount() != blockCount && before.blockCount() != 0) {
      throw new IllegalArgumentException(before.blockCount() + " blocks before, now " + blockCount);
    }
    this.before = before;
    this.sink = sink;
    this.blockCount = blockCount;
  }

  /// @return empty when every block is zeros
  public Optional<TreeRoot> run(Changes changes) throws IOException, CorruptData {
    int level = Shape.rootLevel(blockCount);
    Promise root = before.top();
    Node old = root == null ? null : before.load(root);
    List<Item> items = items(level, 0, old, changes);
    if (root != null && old != null && items.equals(old.items())) {
      return Optional.of(new TreeRoot(root.id(), level, root.count()));
    }
    if (items.isEmpty()) {
      return Optional.empty();
    }
    Node node = new Node(level, items);
    return Optional.of(new TreeRoot(sink.store(node), level, node.count()));
  }

  /// The items of the node of that level and number.
  private List<Item> items(int level, long number, @Nullable Node old, Changes changes)
      throws IOException, CorruptData {
    List<Item> olds = old == null ? List.of() : old.items();
    long end = Math.min(blockCount, (number + 1) * Shape.span(level));
    List<Item> items = new ArrayList<>();
    int at = 0;
    for (long block = number * Shape.span(level); block < end; ) {
      long changed = Math.min(end, changes.next(block));
      long spanned = level == 0 ? 1 : Shape.span(level - 1);
      long from = changed / spanned * spanned;
      while (at < olds.size() && olds.get(at).key().offset() < from) {
        items.add(olds.get(at++));
      }
      if (changed == end) {
        break;
      }
      boolean known = at < olds.size() && olds.get(at).key().offset() < from + spanned;
      Item counterpart = known ? olds.get(at++) : null;
      Item item =
          level == 0
              ? leafItem(changed, changes)
              : child(level - 1, changed / spanned, childOf(old, counterpart), changes);
      if (item != null) {
        items.add(item);
      }
      block = from + spanned;
    }
    while (at < olds.size()) {
      items.add(olds.get(at++));
    }
    return items;
  }

  private static @Nullable Item leafItem(long block, Changes changes) throws IOException {
    ChunkId chunk = changes.chunk(block);
    return chunk == null ? null : Item.block(block, chunk);
  }

  private record Old(Item item, Node node) {}

  private @Nullable Old childOf(@Nullable Node parent, @Nullable Item item)
      throws IOException, CorruptData {
    if (parent == null || item == null) {
      return null;
    }
    Promise promise =
        new Promise(item.id(), parent.level() - 1, item.key(), item.count(), blockCount);
    return new Old(item, before.load(promise));
  }

  private @Nullable Item child(int level, long number, @Nullable Old old, Changes changes)
      throws IOException, CorruptData {
    List<Item> items = items(level, number, old == null ? null : old.node, changes);
    if (old != null && items.equals(old.node.items())) {
      return old.item;
    }
    if (items.isEmpty()) {
      return null;
    }
    Node node = new Node(level, items);
    return new Item(node.firstKey(), sink.store(node), node.count());
  }
}
