package cairn.filesystem.btrfs.check;

import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.RootItem;
import cairn.filesystem.btrfs.tree.TreeBlock;
import cairn.filesystem.btrfs.tree.TreeRoot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The trees of the log, each block by itself: they belong to a commit that never was, so that
/// nothing else says anything about them.
final class LogCheck implements Walk.Visitor {
  private final Copies copies;
  private final BtrfsSuperblock superblock;
  private final Report report;
  private final List<TreeRoot> found = new ArrayList<>();

  LogCheck(Copies copies, BtrfsSuperblock superblock, Report report) {
    this.copies = copies;
    this.superblock = superblock;
    this.report = report;
  }

  void run() throws IOException {
    if (!superblock.hasLog()) {
      return;
    }
    report.unknown(
        "what fsync wrote since the last commit has not been replayed, and files are as of that"
            + " commit");
    Walk.of(copies, superblock.logTree(), this);
    List<TreeRoot> logs = List.copyOf(found);
    for (TreeRoot log : logs) {
      Walk.of(copies, log, this);
    }
  }

  @Override
  public void block(TreeBlock block, boolean fresh) {}

  @Override
  public void child(TreeBlock parent, TreeRoot child) {}

  @Override
  public void item(TreeBlock leaf, Item item, boolean fresh) {
    if (item.type() == Key.ROOT_ITEM && fresh) {
      TreeRoot root = new RootItem(item).root();
      found.add(new TreeRoot(Ids.LOG, root.address(), root.level(), root.generation()));
    }
  }
}
