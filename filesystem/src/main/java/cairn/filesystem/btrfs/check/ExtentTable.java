package cairn.filesystem.btrfs.check;

import cairn.base.bytes.Subject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// All extents, in the order of their addresses, and for each whether those that it names refer to
/// it: what it names is added up, what is found to refer to it subtracted, and nothing must remain.
final class ExtentTable {
  private static final long DATA = 0x10;
  private static final long FULL = 0x20;
  private static final long LEVEL = 0xF;

  private final Report report;
  private final int sectorBytes;
  private final LongList starts = new LongList();
  private final LongList bytes = new LongList();

  /// The sum of the bytes of all extents before it.
  private final LongList before = new LongList();

  private final LongList flags = new LongList();
  private final LongList generations = new LongList();

  /// References by count: what the extent says, less those that it names.
  private final LongList unnamed = new LongList();

  private final LongList balances = new LongList();

  /// Of a block, the first tree that it names; 0 when there is none.
  private final LongList trees = new LongList();

  /// Of blocks that name several trees, the others.
  private final Map<Integer, Set<Long>> moreTrees = new HashMap<>();

  private final LongList waiting = new LongList();
  private boolean sealed;
  private boolean complete = true;

  ExtentTable(int sectorBytes, Report report) {
    this.sectorBytes = sectorBytes;
    this.report = report;
  }

  int size() {
    return starts.size();
  }

  long start(int index) {
    return starts.get(index);
  }

  long bytes(int index) {
    return bytes.get(index);
  }

  long end(int index) {
    return starts.get(index) + bytes.get(index);
  }

  boolean isData(int index) {
    return (flags.get(index) & DATA) != 0;
  }

  /// Whether what a block refers to, refers back to its address.
  boolean isFull(int index) {
    return index >= 0 && (flags.get(index) & FULL) != 0;
  }

  int level(int index) {
    return (int) (flags.get(index) & LEVEL);
  }

  long generation(int index) {
    return generations.get(index);
  }

  /// Of all extents together.
  long totalBytes() {
    return size() == 0 ? 0 : before.get(size() - 1) + bytes.get(size() - 1);
  }

  /// A number for each sector of each extent, without gaps.
  long sector(int index, long address) {
    return (before.get(index) + address - starts.get(index)) / sectorBytes;
  }

  /// The extent that begins there; -1 when none does.
  int find(long address) {
    int index = starts.floor(address);
    return index >= 0 && starts.get(index) == address ? index : -1;
  }

  /// The last extent that begins there or before; -1 when none does.
  int floor(long address) {
    return starts.floor(address);
  }

  /// Whether the range lies within an extent. Addresses may be any numbers at all.
  boolean holds(int index, long address, long length) {
    if (index < 0) {
      return false;
    }
    long into = address - starts.get(index);
    return into >= 0 && length > 0 && into < bytes.get(index) && length <= bytes.get(index) - into;
  }

  /// Whether every extent is in it.
  boolean isComplete() {
    return complete;
  }

  /// An extent, which must lie behind those added before.
  ///
  /// @param level of a block, -1 for data
  /// @return its index
  int add(long start, long length, int level, boolean full) {
    before.add(totalBytes());
    starts.add(start);
    bytes.add(length);
    flags.add((level < 0 ? DATA : level) | (full ? FULL : 0));
    generations.add(0);
    unnamed.add(0);
    balances.add(0);
    trees.add(0);
    return size() - 1;
  }

  /// What the extent says of itself.
  void says(int index, long references, long generation) {
    unnamed.set(index, references);
    generations.set(index, generation);
  }

  /// A reference that the extent names.
  void named(int index, long reference, long count) {
    unnamed.set(index, unnamed.get(index) - count);
    balances.set(index, balances.get(index) + reference * count);
  }

  /// A tree that a block names.
  void namedTree(int index, long tree) {
    named(index, References.ofTree(tree), 1);
    if (trees.get(index) == 0) {
      trees.set(index, tree);
    } else {
      moreTrees.computeIfAbsent(index, each -> new HashSet<>()).add(tree);
    }
  }

  /// Whether a block names this tree.
  boolean names(int index, long tree) {
    return trees.get(index) == tree || moreTrees.getOrDefault(index, Set.of()).contains(tree);
  }

  /// A reference that was found. Until all extents are known, it waits.
  void found(long address, long reference) {
    if (!sealed) {
      waiting.add(address);
      waiting.add(reference);
      return;
    }
    int index = find(address);
    if (index >= 0) {
      balances.set(index, balances.get(index) - reference);
    } else if (complete) {
      report.corrupt(extent(address), "extent item", "none", "one, as it is referred to");
    }
  }

  /// All extents are known now.
  ///
  /// @param whole whether nothing is missing that could not be read
  void seal(boolean whole) {
    sealed = true;
    complete = whole;
    for (int index = 0; index < waiting.size(); index += 2) {
      found(waiting.get(index), waiting.get(index + 1));
    }
  }

  /// Once everything that may refer to extents was looked at.
  void compare() {
    for (int index = 0; index < size(); index++) {
      if (unnamed.get(index) != 0) {
        report.corrupt(
            extent(start(index)),
            "references",
            Long.toString(unnamed.get(index)) + " more",
            "those named");
      } else if (balances.get(index) != 0) {
        report.corrupt(extent(start(index)), "references", "others", "those found");
      }
    }
  }

  static Subject extent(long address) {
    return Subject.of("extent", Long.toUnsignedString(address));
  }
}
