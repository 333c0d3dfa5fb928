package cairn.filesystem.btrfs.check;

import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.TreeBlock;
import cairn.filesystem.btrfs.tree.TreeRoot;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A walk through one tree, in the order of its keys. A block whose keys leave the range that its
/// parent has for it is not entered, so that each block is entered once at most.
final class Walk {
  /// Is told what good blocks and good items there are.
  interface Visitor {
    /// A block, before what is in it.
    ///
    /// @param fresh whether no walk has come upon it before
    void block(TreeBlock block, boolean fresh) throws IOException;

    /// A pointer of a node that was told as fresh.
    void child(TreeBlock parent, TreeRoot child);

    void item(TreeBlock leaf, Item item, boolean fresh) throws IOException;

    /// Items of these keys could not be told.
    ///
    /// @param end the first key that is not among them, or null when all that follow are
    default void gap(Key first, @Nullable Key end) {}
  }

  /// What is gone from a tree that is being removed: everything before a key, at a level and those
  /// above it.
  record Removed(Key before, int level) {
    static final Removed NOTHING = new Removed(Key.FIRST, 0);

    /// @param next the key of the next pointer, or null
    boolean isGone(int blockLevel, Key key, @Nullable Key next) {
      if (before.equals(Key.FIRST) || blockLevel < level) {
        return false;
      }
      return blockLevel == level
          ? key.compareTo(before) < 0
          : next != null && next.compareTo(before) <= 0;
    }
  }

  private final Copies copies;
  private final Visitor visitor;
  private final Removed removed;
  private boolean complete = true;

  private Walk(Copies copies, Removed removed, Visitor visitor) {
    this.copies = copies;
    this.removed = removed;
    this.visitor = visitor;
  }

  /// @return whether everything in it was told
  static boolean of(Copies copies, TreeRoot root, Visitor visitor) throws IOException {
    return of(copies, root, Removed.NOTHING, visitor);
  }

  static boolean of(Copies copies, TreeRoot root, Removed removed, Visitor visitor)
      throws IOException {
    Walk walk = new Walk(copies, removed, visitor);
    walk.visit(root, null, null);
    return walk.complete;
  }

  /// @param first the key of the pointer to it
  /// @param end the key of the pointer after that one, which no key in it may reach
  private void visit(TreeRoot at, @Nullable Key first, @Nullable Key end) throws IOException {
    Optional<Copies.Loaded> loaded = copies.load(at, first);
    if (loaded.isEmpty()) {
      leaveOut(first, end);
      return;
    }
    TreeBlock block = loaded.get().block();
    int last = block.count() - 1;
    if (end != null && last >= 0 && block.key(last).compareTo(end) >= 0) {
      copies
          .complaints(at, 0)
          .complain(last, "", "key", block.key(last).toString(), "before " + end);
      leaveOut(first, end);
      return;
    }
    visitor.block(block, loaded.get().fresh());
    for (int slot = 0; slot < block.count(); slot++) {
      if (loaded.get().bad().get(slot)) {
        leaveOut(block.key(slot), next(block, slot, end));
      } else if (block.level() == 0) {
        visitor.item(block, block.item(slot), loaded.get().fresh());
      } else {
        visitChild(loaded.get(), slot, end);
      }
    }
  }

  private void leaveOut(@Nullable Key first, @Nullable Key end) {
    complete = false;
    visitor.gap(first == null ? Key.FIRST : first, end);
  }

  private static @Nullable Key next(TreeBlock block, int slot, @Nullable Key end) {
    return slot + 1 < block.count() ? block.key(slot + 1) : end;
  }

  private void visitChild(Copies.Loaded loaded, int slot, @Nullable Key end) throws IOException {
    TreeBlock block = loaded.block();
    Key next = next(block, slot, end);
    if (removed.isGone(block.level(), block.key(slot), next)) {
      return;
    }
    TreeRoot child = block.child(slot);
    if (loaded.fresh()) {
      visitor.child(block, child);
    }
    visit(child, block.key(slot), next);
  }
}
