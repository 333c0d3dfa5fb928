package cairn.filesystem.btrfs.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.DirEntry;
import cairn.filesystem.btrfs.tree.FileExtent;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Inode;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import org.jspecify.annotations.Nullable;

/// The inodes of one subvolume against their extents, checksums and names. Items come in the order
/// of their keys, so that one inode at a time is looked at; its names are compared over all.
final class Inodes implements Ownership.Items {
  private final long tree;
  private final Covered covered;
  private final boolean noHoles;
  private final SubvolumeNames subvolumes;
  private final Report report;

  /// By inode: the names that directories have for it, less its own.
  private final Sums names = new Sums();

  /// Inodes without a name, less the orphans.
  private final Sums nameless = new Sums();

  private long number;
  private @Nullable Inode inode;
  private Links links = new Links();
  private Pieces pieces;
  private boolean hasRoot;

  /// Whether a part of the inode is not known, so that nothing can be said of the rest.
  private boolean partial;

  /// The inode at the end of a gap.
  private long cut;

  /// What refers to an inode, and what it refers to.
  private static final class Links {
    private long found;
    private long entries;
    private long nameBytes;
    private long balance;
    private boolean any;
  }

  Inodes(long tree, Covered covered, boolean noHoles, SubvolumeNames subvolumes, Report report) {
    this.tree = tree;
    this.covered = covered;
    this.noHoles = noHoles;
    this.subvolumes = subvolumes;
    this.report = report;
    this.pieces = new Pieces(covered, tree != Ids.DATA_RELOCATION);
  }

  @Override
  public void item(Item item, boolean fresh) {
    Key key = item.key();
    if (key.type() == Key.ORPHAN_ITEM) {
      finishInode();
      nameless.add(key.offset(), nameless.get(key.offset()) != 0 ? -1 : 0);
      return;
    }
    if (!Ids.isFree(key.objectId())) {
      return;
    }
    if (key.objectId() != number) {
      finishInode();
      number = key.objectId();
      partial = number == cut;
    }
    links.any = true;
    switch (key.type()) {
      case Key.INODE_ITEM -> inode = Inode.of(item);
      case Key.INODE_REF, Key.INODE_EXTREF -> Names.visit(item, this::ref);
      case Key.DIR_ITEM -> entries(item);
      case Key.DIR_INDEX -> index(item);
      case Key.EXTENT_DATA -> pieces.add(new FileExtent(item));
      default -> {}
    }
  }

  @Override
  public void gap(Key first, @Nullable Key end) {
    partial |= first.objectId() == number;
    finishInode();
    cut = end == null ? 0 : end.objectId();
  }

  private void ref(long directory, long index, byte[] name) {
    links.found++;
    if (number != Ids.FIRST || directory != Ids.FIRST) {
      names.add(number, -Names.of(directory, index, name, entryType()));
    }
  }

  /// What entries say of the type of this inode.
  private int entryType() {
    Inode of = inode;
    return of == null
        ? 0
        : switch (of.mode() >>> 12) {
          case 8 -> 1;
          case 4 -> 2;
          case 2 -> 3;
          case 6 -> 4;
          case 1 -> 5;
          case 12 -> 6;
          case 10 -> 7;
          default -> 0;
        };
  }

  private void entries(Item item) {
    for (DirEntry entry : DirEntry.all(item)) {
      links.entries++;
      links.nameBytes += entry.nameBytes();
      links.balance += number(entry);
    }
  }

  private static long number(DirEntry entry) {
    Key location = entry.location();
    long state = References.mix(References.mix(location.type(), location.objectId()), entry.type());
    return References.mix(state, entry.name());
  }

  private void index(Item item) {
    DirEntry entry = DirEntry.at(item, 0);
    if (entry.end() != item.size()) {
      report.corrupt(subject(number), "entries of index", "several", "one");
    }
    links.entries++;
    links.nameBytes += entry.nameBytes();
    links.balance -= number(entry);
    Key location = entry.location();
    long index = item.key().offset();
    if (location.type() == Key.ROOT_ITEM) {
      subvolumes.index(tree, location.objectId(), number, index, entry.name());
    } else {
      names.add(location.objectId(), Names.of(number, index, entry.name(), entry.type()));
    }
  }

  private Subject subject(long of) {
    return Subject.of("inode", Long.toUnsignedString(of)).at("root " + Long.toUnsignedString(tree));
  }

  private void finishInode() {
    Inode of = inode;
    if (of != null && !partial) {
      check(of, subject(number));
    } else if (links.any && !partial) {
      report.corrupt(subject(number), "inode item", "none", "one");
    }
    hasRoot |= number == Ids.FIRST && of != null && of.isDirectory();
    inode = null;
    number = 0;
    partial = false;
    links = new Links();
    pieces = new Pieces(covered, tree != Ids.DATA_RELOCATION);
  }

  private void check(Inode of, Subject subject) {
    if (of.links() != links.found) {
      report.corrupt(subject, "links", of.links(), links.found);
    }
    if (of.links() == 0) {
      nameless.add(number, 1);
    }
    if (of.isDirectory()) {
      checkDirectory(of, subject);
    } else if (links.entries != 0) {
      report.corrupt(subject, "entries", links.entries, 0);
    }
    pieces.check(
        of, noHoles, (field, have, expect) -> report.corrupt(subject, field, have, expect));
  }

  private void checkDirectory(Inode of, Subject subject) {
    if (of.size() != links.nameBytes) {
      report.corrupt(subject, "size", of.size(), links.nameBytes);
    }
    if (links.balance != 0) {
      report.corrupt(subject, "entries by name", "others", "those by index");
    }
  }

  /// Once all items were told.
  ///
  /// @param whole whether they were all there are
  void finish(boolean whole) {
    finishInode();
    if (!whole) {
      return;
    }
    names.visit(
        (of, sum) -> report.corrupt(subject(of), "names", "others", "those in directories"));
    nameless.visit((of, sum) -> report.corrupt(subject(of), "orphan item", "none", "one"));
    if (!hasRoot) {
      report.corrupt(subject(Ids.FIRST), "inode item", "none", "that of a directory");
    }
  }
}
