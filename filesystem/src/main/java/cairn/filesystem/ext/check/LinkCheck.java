package cairn.filesystem.ext.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.file.Attributes;

/// Checks that every directory hangs below the root, that its `..` leads back, and that every inode
/// has as many names as it says.
final class LinkCheck {
  private static final int DIRECTORY = Attributes.Type.DIRECTORY.inEntry();

  /// A directory with more subdirectories says 1.
  private static final int LINKS_MAX = 65_000;

  private final Scene scene;
  private final Directories directories;
  private final int[] walks;

  LinkCheck(Scene scene) {
    this.scene = scene;
    this.directories = scene.directories();
    this.walks = new int[directories.size()];
  }

  void run() {
    int root = directories.find(Inode.ROOT);
    if (root < 0) {
      scene.report().wrong(Subject.of("inode", "2"), "mode", "no directory", "the root");
    } else {
      directories.setParent(root, Inode.ROOT);
      walks[root] = Integer.MAX_VALUE;
      for (int index = 0; index < directories.size(); index++) {
        checkWay(index);
      }
    }
    for (long inode = scene.inodes().nextUsed(1);
        inode != 0;
        inode = scene.inodes().nextUsed(inode + 1)) {
      checkLinks(inode);
    }
  }

  /// Goes up until the root, until one from which somebody went up before, or in a circle.
  private void checkWay(int start) {
    checkUpward(start);
    int at = start;
    while (walks[at] == 0) {
      walks[at] = start + 1;
      long parent = directories.parent(at);
      int above = parent == 0 ? -1 : directories.find(parent);
      if (above < 0) {
        return;
      }
      if (walks[above] == start + 1) {
        wrong(directories.inode(above), "way to the root", "a circle", "a way");
      }
      at = above;
    }
  }

  private void checkUpward(int index) {
    long inode = directories.inode(index);
    long parent = directories.parent(index);
    if (parent == 0) {
      if (!scene.inodes().isExempt(inode)) {
        wrong(inode, "parent", "none", "a directory that names it");
      }
    } else if (directories.upward(index) != parent) {
      wrong(inode, "..", directories.upward(index), parent);
    }
  }

  private void checkLinks(long inode) {
    InodeFacts inodes = scene.inodes();
    boolean isFree = inodes.isExempt(inode);
    int counted = inodes.counted(inode);
    if (isFree && counted == 0) {
      return;
    }
    boolean overflows = inodes.type(inode) == DIRECTORY && counted > LINKS_MAX;
    int expected = overflows ? 1 : counted;
    if (inodes.expected(inode) != expected) {
      wrong(inode, "links", inodes.expected(inode), expected);
    }
  }

  private void wrong(long inode, String field, Object have, Object expect) {
    scene.report().wrong(Subject.of("inode", Long.toString(inode)), field, have, expect);
  }
}
