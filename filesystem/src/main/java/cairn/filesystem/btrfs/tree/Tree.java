package cairn.filesystem.btrfs.tree;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A tree, read in the order of its keys.
///
/// Keys ascend over the whole tree, so that a block that can be reached twice is found out.
public final class Tree {
  /// Takes items in ascending order of their keys.
  @FunctionalInterface
  public interface ItemVisitor<X extends Exception> {
    void item(Item item) throws IOException, CorruptData, NotHere, X;
  }

  private final BlockSource source;
  private final TreeRoot root;

  public Tree(BlockSource source, TreeRoot root) {
    this.source = source;
    this.root = root;
  }

  /// Visits the items with keys in `[low, high]`.
  public <X extends Exception> void visit(Key low, Key high, ItemVisitor<X> visitor)
      throws IOException, CorruptData, NotHere, X {
    new Walk<>(low, high, visitor).visit(root, null);
  }

  /// The item with the greatest key that is not greater than this one.
  public Optional<Item> floor(Key key) throws IOException, CorruptData, NotHere {
    TreeRoot at = root;
    Key first = null;
    while (true) {
      TreeBlock block = source.read(at, first);
      int slot = block.floor(key);
      if (slot < 0) {
        return Optional.empty();
      }
      if (block.level() == 0) {
        return Optional.of(block.item(slot));
      }
      first = block.key(slot);
      at = block.child(slot);
    }
  }

  public Optional<Item> find(Key key) throws IOException, CorruptData, NotHere {
    return floor(key).filter(item -> item.key().equals(key));
  }

  private final class Walk<X extends Exception> {
    private final Key low;
    private final Key high;
    private final ItemVisitor<X> visitor;
    private Key latest = Key.FIRST;

    Walk(Key low, Key high, ItemVisitor<X> visitor) {
      this.low = low;
      this.high = high;
      this.visitor = visitor;
    }

    void visit(TreeRoot at, @Nullable Key first) throws IOException, CorruptData, NotHere, X {
      TreeBlock block = source.read(at, first);
      if (block.count() > 0) {
        String id = Long.toUnsignedString(at.address());
        Subject subject = Subject.of(at.level() == 0 ? "leaf" : "node", id);
        boolean after = first == null || block.level() > 0 || block.key(0).isAfter(latest);
        subject.check(after, "key", block.key(0), "after " + latest);
      }
      if (block.level() == 0) {
        visitItems(block);
      } else {
        visitChildren(block);
      }
    }

    private void visitItems(TreeBlock block) throws IOException, CorruptData, NotHere, X {
      for (int slot = Math.max(0, block.floor(low)); slot < block.count(); slot++) {
        Key key = block.key(slot);
        if (key.compareTo(high) > 0) {
          return;
        }
        latest = key;
        if (key.compareTo(low) >= 0) {
          visitor.item(block.item(slot));
        }
      }
    }

    private void visitChildren(TreeBlock block) throws IOException, CorruptData, NotHere, X {
      for (int slot = Math.max(0, block.floor(low)); slot < block.count(); slot++) {
        if (block.key(slot).compareTo(high) > 0) {
          return;
        }
        visit(block.child(slot), block.key(slot));
      }
    }
  }
}
