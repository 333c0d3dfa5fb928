package cairn.filesystem.btrfs.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Inode;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The older caches of free space: for each block group that has one a header in the tree of roots,
/// and a file there. What is in such a file the kernel proves before it uses it, and drops if it is
/// wrong.
final class SpaceCaches {
  private static final int REGULAR = 8;

  private final Report report;
  private final SortedMap<Long, Long> inodes = new TreeMap<>();
  private final Set<Long> files = new HashSet<>();

  SpaceCaches(Report report) {
    this.report = report;
  }

  /// Takes an item of the tree of roots.
  void item(Item item) {
    Key key = item.key();
    if (key.type() == Key.NONE && key.objectId() == Ids.FREE_SPACE_FILE) {
      inodes.put(key.offset(), item.keyAt(0).objectId());
    } else if (key.type() == Key.INODE_ITEM && Inode.of(item).mode() >>> 12 == REGULAR) {
      files.add(key.objectId());
    }
  }

  /// Once everything was told.
  void compare(Groups groups) {
    Set<Long> taken = new HashSet<>();
    inodes.forEach((start, inode) -> {
      Subject subject = Subject.of("free space cache", Long.toUnsignedString(start));
      if (groups.find(start) == null) {
        report.corrupt(subject, "block group", "none", "one");
      }
      if (!files.contains(inode)) {
        report.corrupt(subject, "inode " + Long.toUnsignedString(inode), "none", "a file");
      } else if (!taken.add(inode)) {
        report.corrupt(subject, "inode " + inode, "also that of another", "its own");
      }
    });
  }
}
