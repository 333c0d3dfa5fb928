package cairn.filesystem.xfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.xfs.check.Inodes.Place;
import cairn.filesystem.xfs.layout.XfsDirectory;
import cairn.filesystem.xfs.layout.XfsDirectoryData;
import cairn.filesystem.xfs.layout.XfsEntry;
import cairn.filesystem.xfs.layout.XfsHashes;
import cairn.filesystem.xfs.layout.XfsIndex;
import cairn.filesystem.xfs.layout.XfsInode;
import cairn.filesystem.xfs.layout.XfsMap;
import cairn.filesystem.xfs.layout.XfsShortDirectory;
import cairn.filesystem.xfs.layout.XfsSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// Checks a directory: its entries, its index against them, its tables of unused ranges against
/// them; and counts what it names.
final class DirectoryCheck {
  private static final int DIRECTORY_TYPE = 2;

  private final XfsSource source;
  private final Inodes inodes;
  private final Report report;
  private final XfsInode inode;
  private final Place place;
  private final Subject subject;
  private long[] names = new long[16];
  private int count;
  private int entries;
  private long sum;
  private boolean whole = true;

  DirectoryCheck(XfsSource source, Inodes inodes, Report report, XfsInode inode, Place place) {
    this.source = source;
    this.inodes = inodes;
    this.report = report;
    this.inode = inode;
    this.place = place;
    this.subject = Subject.of("directory", Long.toString(inode.number()));
  }

  void check(XfsMap map) throws IOException {
    try {
      if (inode.data().isLocal()) {
        checkShort();
      } else {
        checkBlocks(map);
      }
    } catch (CorruptData e) {
      failed(e);
    }
    checkTwice();
  }

  private void failed(CorruptData problem) {
    report.problem(problem);
    report.namesHidden();
    whole = false;
  }

  private void checkShort() throws IOException, CorruptData {
    XfsShortDirectory directory = new XfsShortDirectory(source.superblock(), inode);
    place.name();
    upward(directory.parent());
    directory.visit(this::entry);
  }

  private void checkBlocks(XfsMap map) throws IOException, CorruptData {
    XfsDirectory directory = new XfsDirectory(source, inode, map);
    Unused unused = new Unused();
    int blocks = directory.structureBlocks();
    long end = 0;
    for (long at = directory.nextData(0); at >= 0; at = directory.nextData(at + blocks)) {
      end = at + blocks;
      try {
        XfsDirectoryData data = directory.data(at);
        unused.add((int) (at / blocks), data.longestUnused());
        data.visit(this::blockEntry);
        if (directory.isSingle()) {
          compare(data.hashes());
        }
      } catch (CorruptData e) {
        failed(e);
      }
    }
    long size = end * source.superblock().blockBytes();
    subject.check(inode.size() == size, "size", inode.size(), size);
    if (!directory.isSingle()) {
      checkIndex(directory, map, unused);
    }
    if (whole && sum != 0) {
      report.problem(subject, "hashes", "others", "those of its entries");
    }
  }

  private void checkIndex(XfsDirectory directory, XfsMap map, Unused unused)
      throws IOException, CorruptData {
    XfsIndex index = directory.index();
    XfsIndex.Block root = index.read(directory.indexBlock());
    long blocks =
        index.visit(
            root,
            new XfsIndex.Visitor() {
              @Override
              public void leaf(XfsIndex.Block leaf) {
                compare(leaf.hashes());
              }

              @Override
              public void problem(CorruptData problem) {
                failed(problem);
              }
            });
    long mapped = map.blocks(directory.indexBlock(), directory.tablesBlock());
    if (whole) {
      subject.checkEqual(mapped, blocks * directory.structureBlocks(), "blocks of the index");
    }
    if (XfsIndex.isSingle(root)) {
      unused.compare(0, XfsDirectory.listed(root));
    }
    for (int at = map.find(directory.tablesBlock()); at < map.count(); at++) {
      long first = Math.max(directory.tablesBlock(), map.get(at).offset());
      for (long block = first; block < map.get(at).end(); block += directory.structureBlocks()) {
        XfsDirectory.Table table = directory.table(block);
        unused.compare(table.first(), table.longest());
      }
    }
    unused.end();
  }

  /// What the entries have and the index does not, or the other way round, is left in the sum.
  private void compare(XfsHashes hashes) {
    for (int index = 0; index < hashes.count(); index++) {
      if (hashes.address(index) != 0) {
        sum -= Sums.mix(hashes.hash(index) << 32 | hashes.address(index));
      }
    }
  }

  private void blockEntry(XfsEntry entry) {
    sum += Sums.mix(entry.hash(source.superblock()) << 32 | entry.address());
    boolean early = entries < 2;
    entries++;
    if (entry.isDot() || entry.isDotDot()) {
      boolean expected = early && (entries == 1) == entry.isDot();
      if (!expected) {
        report.problem(subject, "entry " + entries, "of the name . or ..", "another");
      } else if (entry.isDot()) {
        dot(entry);
      } else {
        upward(entry.inode());
      }
      return;
    }
    if (early) {
      report.problem(subject, "entry " + entries, "another name", "one of . and ..");
    }
    entry(entry);
  }

  private void dot(XfsEntry entry) {
    if (entry.inode() == inode.number()) {
      place.name();
    } else {
      report.problem(subject, "entry .", entry.inode(), inode.number());
    }
  }

  private void upward(long parent) {
    Place above = inodes.find(parent);
    if (above == null || !above.isUsed()) {
      report.problem(subject, "entry ..", parent, "an inode in use");
      return;
    }
    above.name();
    place.upward(parent);
  }

  private void entry(XfsEntry entry) {
    if (!entry.isProper() || entry.isDot() || entry.isDotDot()) {
      report.problem(subject, "name at " + entry.nameAt(), "improper", "a proper one");
    }
    note(entry);
    Place named = inodes.find(entry.inode());
    if (named == null || !named.isUsed()) {
      report.problem(subject, "inode at " + entry.nameAt(), entry.inode(), "an inode in use");
      return;
    }
    named.name();
    if (source.superblock().hasTypes()) {
      noteType(entry, named);
    }
    boolean first = named.parent() == 0;
    if (first) {
      named.parent(inode.number());
    } else if (entry.type() == DIRECTORY_TYPE) {
      report.problem(
          Subject.of("inode", Long.toString(entry.inode())), "directories that name it", 2, 1);
    }
  }

  private void noteType(XfsEntry entry, Place named) {
    boolean known = entry.type() > 0 && entry.type() <= 7;
    if (!known || (named.namedType() != 0 && named.namedType() != entry.type())) {
      report.problem(
          subject, "type at " + entry.nameAt(), entry.type(), "that of inode " + entry.inode());
    } else {
      named.namedType(entry.type());
    }
  }

  /// Keeps a hash of the name that is longer than its own.
  private void note(XfsEntry entry) {
    if (count == names.length) {
      names = Arrays.copyOf(names, 2 * count);
    }
    long hash = entry.nameLength();
    for (int index = entry.nameAt(); index < entry.nameAt() + entry.nameLength(); index++) {
      hash = hash * 0x100_0000_01B3L ^ entry.block().u8(index);
    }
    names[count++] = Sums.mix(hash);
  }

  private void checkTwice() {
    Arrays.sort(names, 0, count);
    for (int index = 1; index < count; index++) {
      if (names[index] == names[index - 1]) {
        report.problem(subject, "a name", "twice", "once");
      }
    }
  }

  /// The longest unused range of each block of entries.
  private final class Unused {
    private int[] numbers = new int[4];
    private int[] longest = new int[4];
    private int known;
    private int next;

    void add(int number, int length) {
      if (known == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * known);
        longest = Arrays.copyOf(longest, 2 * known);
      }
      numbers[known] = number;
      longest[known++] = length;
    }

    /// @param told from the block `first` on
    void compare(long first, List<Integer> told) {
      for (int index = 0; index < told.size(); index++) {
        long number = first + index;
        boolean there = next < known && numbers[next] == number;
        boolean same =
            there ? told.get(index) == longest[next] : XfsDirectory.isNoBlock(told.get(index));
        if (whole && !same) {
          String have = there ? Integer.toString(longest[next]) : "no block";
          report.problem(subject, "unused range of block " + number, told.get(index), have);
        }
        next += there ? 1 : 0;
      }
    }

    void end() {
      if (whole && next < known) {
        report.problem(subject, "block " + numbers[next], "not in a table", "listed");
      }
    }
  }
}
