package cairn.filesystem.ext.check;

import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_FILETYPE;

import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.DirectoryBlock;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Checks entries of directories in the order in which they are stored, and counts what they name.
final class EntryCheck {
  private static final int DOT_BYTES_MAX = 24;
  private static final int DIRECTORY = Attributes.Type.DIRECTORY.inEntry();

  private final Scene scene;
  private final ExtSuperblock superblock;
  private final InodeFacts inodes;
  private final Directories directories;
  private Set<FileName> names = new HashSet<>();
  private int directory;
  private long self;
  private boolean isReadable;
  private Optional<HashIndexCheck> index = Optional.empty();
  private long block;
  private int position;

  EntryCheck(Scene scene) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.inodes = scene.inodes();
    this.directories = scene.directories();
  }

  /// Another directory.
  void begin(int next, Optional<HashIndexCheck> nextIndex) {
    directory = next;
    self = directories.inode(next);
    isReadable = !directories.has(next, Inode.FLAG_ENCRYPTED);
    index = nextIndex;
    position = 2;
    names = new HashSet<>();
  }

  /// Another block of it; only the first one has `.` and `..`, if it is a block at all.
  void nextBlock(long logical) {
    block = logical;
    position = logical == 0 ? 0 : 2;
    names = new HashSet<>();
  }

  void check(DirectoryBlock entry, Subject subject) {
    Subject slot = subject.slot(entry.at());
    switch (position++) {
      case 0 -> checkDot(entry, slot);
      case 1 -> checkDotDot(entry, slot);
      default -> {
        if (entry.inode() != 0) {
          checkFile(entry, slot);
        }
      }
    }
  }

  private void checkDot(DirectoryBlock entry, Subject slot) {
    if (!entry.isDot() || entry.inode() == 0) {
      wrong(slot, "first entry", new FileName(entry.name()), ".");
      return;
    }
    if (entry.inode() != self) {
      wrong(slot, "inode of .", entry.inode(), self);
    }
    if (entry.length() > DOT_BYTES_MAX) {
      wrong(slot, "length of entry", entry.length(), 12);
    }
    checkEnd(entry, slot);
    checkTarget(entry, slot);
  }

  private void checkDotDot(DirectoryBlock entry, Subject slot) {
    if (!entry.isDotDot() || entry.inode() == 0) {
      wrong(slot, "second entry", new FileName(entry.name()), "..");
      return;
    }
    checkEnd(entry, slot);
    directories.setUpward(directory, entry.inode());
    checkTarget(entry, slot);
  }

  /// Where the `..` of a directory leads that has no entry for it.
  void upward(long inode, Subject subject) {
    directories.setUpward(directory, inode);
    if (inode == Inode.ROOT || (inode >= superblock.firstInode() && inode <= superblock.inodes())) {
      refer(inode);
    } else {
      wrong(subject, "inode of ..", inode, "an inode in use");
    }
  }

  void refer(long inode) {
    inodes.refer(inode);
  }

  private void checkEnd(DirectoryBlock entry, Subject slot) {
    int end = entry.nameAt() + entry.nameLength();
    if (entry.bytes()[end] != 0) {
      wrong(slot, "end of name", entry.bytes()[end], 0);
    }
  }

  private void checkFile(DirectoryBlock entry, Subject slot) {
    if (entry.inode() == self) {
      wrong(slot, "inode", entry.inode(), "another than its own");
    }
    if (entry.inode() == Inode.ROOT) {
      wrong(slot, "inode", "the root", "another one");
      return;
    }
    if (entry.nameLength() == 0 || entry.isDot() || entry.isDotDot()) {
      wrong(slot, "name", new FileName(entry.name()), "a name of its own");
    }
    if (isReadable) {
      checkLetters(entry, slot);
    }
    if (checkTarget(entry, slot) && inodes.type(entry.inode()) == DIRECTORY) {
      adopt(entry.inode(), slot);
    }
    if (!names.add(new FileName(entry.name()))) {
      wrong(slot, "name", new FileName(entry.name()), "one that is not there yet");
    }
    index.ifPresent(each -> each.takeName(block, entry));
  }

  private void checkLetters(DirectoryBlock entry, Subject slot) {
    for (int at = entry.nameAt(); at < entry.nameAt() + entry.nameLength(); at++) {
      byte letter = entry.bytes()[at];
      if (letter == '/' || letter == 0) {
        wrong(slot, "letter of name", letter, "neither / nor NUL");
        return;
      }
    }
  }

  /// @return whether it names an inode in use
  private boolean checkTarget(DirectoryBlock entry, Subject slot) {
    long inode = entry.inode();
    boolean possible =
        inode == Inode.ROOT || (inode >= superblock.firstInode() && inode <= superblock.inodes());
    if (!possible) {
      wrong(slot, "inode", inode, superblock.firstInode() + ".." + superblock.inodes());
      return false;
    }
    if (!inodes.isUsed(inode)) {
      wrong(slot, "inode", inode + ", not in use", "one in use");
      return false;
    }
    inodes.refer(inode);
    int expected = superblock.incompat(INCOMPAT_FILETYPE) ? inodes.type(inode) : 0;
    if (entry.typeNumber() != expected) {
      wrong(slot, "type of inode " + inode, entry.typeNumber(), expected);
    }
    return true;
  }

  private void adopt(long inode, Subject slot) {
    int child = directories.find(inode);
    if (child < 0) {
      return;
    }
    if (directories.parent(child) != 0) {
      wrong(slot, "directory " + inode, "also in " + directories.parent(child), "in one only");
    } else {
      directories.setParent(child, self);
    }
  }

  private void wrong(Subject subject, String field, Object have, Object expect) {
    scene.report().wrong(subject, field, have, expect);
  }
}
