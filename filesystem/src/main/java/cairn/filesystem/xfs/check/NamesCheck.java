package cairn.filesystem.xfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.xfs.check.Inodes.Place;
import cairn.filesystem.xfs.layout.XfsInode;
import cairn.filesystem.xfs.layout.XfsInodeHeader;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import java.io.IOException;

/// Checks what can only be said when all directories have been read: whether every inode is named
/// as often as it says, and can be reached from the root. Inodes without a name that were still
/// open are in lists.
final class NamesCheck {
  private static final int DIRECTORY_TYPE = 2;
  private static final int UNSEEN = 0;
  private static final int IN_PROGRESS = 1;
  private static final int REACHED = 2;
  private static final int LOST = 3;
  private static final int LISTED = 4;

  private final XfsSource source;
  private final Inodes inodes;
  private final Report report;
  private final InodeCheck special;

  NamesCheck(XfsSource source, Inodes inodes, Report report, InodeCheck special) {
    this.source = source;
    this.inodes = inodes;
    this.report = report;
    this.special = special;
  }

  /// Goes through the lists of inodes without a name.
  ///
  /// @param expected whether there may be any: not in a file system that was unmounted
  void checkLists(XfsInodeHeader header, long group, boolean expected) throws IOException {
    for (int list = 0; list < XfsInodeHeader.LISTS; list++) {
      long next = header.listHead(list);
      Subject subject = Subject.of("inode header", Long.toString(group));
      if (next != XfsInodeHeader.NO_INODE && !expected) {
        report.problem(subject, "list " + list + " of inodes without a name", next, "empty");
      }
      try {
        while (next != XfsInodeHeader.NO_INODE) {
          next = checkListed(group, next, list, subject);
        }
      } catch (CorruptData e) {
        report.problem(e);
      }
    }
  }

  /// @return the next of its list
  private long checkListed(long group, long inGroup, int list, Subject subject)
      throws IOException, CorruptData {
    XfsSuperblock superblock = source.superblock();
    long number = superblock.inode(group, inGroup);
    Place place = inodes.find(number);
    boolean good =
        place != null
            && superblock.isInode(group, inGroup)
            && inGroup % XfsInodeHeader.LISTS == list
            && place.isUsed()
            && place.links() == 0
            && place.state() == UNSEEN;
    if (place == null || !good) {
      throw subject.corrupt("list " + list, Long.toString(inGroup), "an inode without a name");
    }
    place.state(LISTED);
    Fields fields = source.read(superblock.inodeOffset(number), superblock.inodeBytes(), subject);
    return XfsInode.of(source, fields, 0, number).nextUnnamed();
  }

  void check() {
    Place root = inodes.find(source.superblock().rootInode());
    if (root == null || !root.isUsed() || root.type() != DIRECTORY_TYPE) {
      report.problem(
          Subject.of("superblock", "xfs"), "root", source.superblock().rootInode(), "a directory");
      return;
    }
    root.state(REACHED);
    if (root.upward() != source.superblock().rootInode()) {
      report.problem(subject(root), "entry ..", root.upward(), "itself");
    }
    inodes.visitUsed(this::check);
  }

  private void check(Place place) {
    if (place.type() == 0) {
      return;
    }
    boolean isSpecial = special.isSpecial(inodes.number(place));
    int named = place.named() + (isSpecial ? 1 : 0);
    if (place.state() == LISTED && named == 0) {
      return;
    }
    if (place.namedType() != 0 && place.namedType() != place.type()) {
      report.problem(subject(place), "type in its directory", place.namedType(), place.type());
    }
    if (place.type() == DIRECTORY_TYPE) {
      checkDirectory(place);
    }
    if (!report.namesKnown()) {
      return;
    }
    if (named == 0 || named != place.links()) {
      report.problem(subject(place), "links", Integer.toUnsignedLong(place.links()), named);
    }
  }

  private void checkDirectory(Place place) {
    boolean named = place.parent() != 0;
    if (named && place.upward() != 0 && place.upward() != place.parent()) {
      report.problem(subject(place), "entry ..", place.upward(), place.parent());
    }
    if (report.namesKnown() && reach(place) == LOST) {
      report.problem(subject(place), "way from the root", "none", "one");
    }
  }

  /// Goes up until it is known what becomes of the way.
  private int reach(Place from) {
    Place place = from;
    while (place.state() == UNSEEN) {
      place.state(IN_PROGRESS);
      Place above = place.parent() == 0 ? null : inodes.find(place.parent());
      if (above == null) {
        break;
      }
      place = above;
    }
    int result = place.state() == REACHED ? REACHED : LOST;
    place = from;
    while (place.state() == IN_PROGRESS) {
      place.state(result);
      Place above = place.parent() == 0 ? null : inodes.find(place.parent());
      if (above == null) {
        break;
      }
      place = above;
    }
    return result;
  }

  private Subject subject(Place place) {
    return Subject.of("inode", Long.toString(inodes.number(place)));
  }
}
