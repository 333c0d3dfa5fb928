package cairn.repository.tree;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Compares two trees in time proportional to what differs: subtrees of the same id are not
/// entered.
public final class TreeDiff {
  /// What a comparison tells of.
  public interface Visitor {
    /// A block whose chunk differs; null stands for zeros. Called in ascending order of blocks.
    void differs(long block, @Nullable ChunkId before, @Nullable ChunkId after);
  }

  private final VolumeTree before;
  private final VolumeTree after;
  private final Visitor visitor;

  private TreeDiff(VolumeTree before, VolumeTree after, Visitor visitor) {
    this.before = before;
    this.after = after;
    this.visitor = visitor;
  }

  public static void compare(VolumeTree before, VolumeTree after, Visitor visitor)
      throws IOException, CorruptData {
    Promise left = before.top();
    Promise right = after.top();
    int level = Math.max(left == null ? 0 : left.level(), right == null ? 0 : right.level());
    new TreeDiff(before, after, visitor).compare(left, right, level);
  }

  private void compare(@Nullable Promise left, @Nullable Promise right, int level)
      throws IOException, CorruptData {
    if (same(left, right)) {
      return;
    }
    Map<Long, Promise> lefts = children(before, left, level);
    Map<Long, Promise> rights = children(after, right, level);
    TreeMap<Long, Boolean> all = new TreeMap<>();
    lefts.keySet().forEach(number -> all.put(number, true));
    rights.keySet().forEach(number -> all.put(number, true));
    for (long number : all.keySet()) {
      Promise one = lefts.get(number);
      Promise other = rights.get(number);
      if (level > 0) {
        compare(one, other, level - 1);
      } else if (!same(one, other)) {
        visitor.differs(number, one == null ? null : one.id(), other == null ? null : other.id());
      }
    }
  }

  private static boolean same(@Nullable Promise left, @Nullable Promise right) {
    if (left == null || right == null) {
      return left == null && right == null;
    }
    return left.id().equals(right.id()) && left.level() == right.level();
  }

  /// The children of a node by their number among all nodes (or blocks) of their level. A root
  /// below `level` stands for the only child of nodes that the smaller volume does not need.
  private static Map<Long, Promise> children(VolumeTree tree, @Nullable Promise node, int level)
      throws IOException, CorruptData {
    Map<Long, Promise> children = new TreeMap<>();
    if (node == null) {
      return children;
    }
    if (node.level() < level) {
      children.put(0L, node);
      return children;
    }
    for (Item item : tree.load(node).items()) {
      long offset = item.key().offset();
      children.put(level == 0 ? offset : Shape.nodeOf(offset, level - 1), node.child(item));
    }
    return children;
  }
}
