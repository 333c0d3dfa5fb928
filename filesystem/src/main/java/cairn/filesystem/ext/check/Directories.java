package cairn.filesystem.ext.check;

import java.util.Arrays;

/// The directories in the order of their inodes, and where their blocks lie.
final class Directories {
  private static final int RUN_FIELDS = 3;

  private int[] inodes = new int[64];
  private int[] seeds = new int[64];
  private int[] flags = new int[64];
  private int[] firstRuns = new int[65];
  private long[] runs = new long[64 * RUN_FIELDS];
  private int size;
  private int runCount;
  private int[] parents = {};
  private int[] upwards = {};

  /// Its blocks are told next.
  void add(long inode, int seed, int flagBits) {
    if (size == inodes.length) {
      inodes = Arrays.copyOf(inodes, 2 * size);
      seeds = Arrays.copyOf(seeds, 2 * size);
      flags = Arrays.copyOf(flags, 2 * size);
      firstRuns = Arrays.copyOf(firstRuns, 2 * size + 1);
    }
    inodes[size] = (int) inode;
    seeds[size] = seed;
    flags[size] = flagBits;
    firstRuns[size++] = runCount;
    firstRuns[size] = runCount;
  }

  /// Whether it was added last. A reserved inode may call itself a directory, and is none.
  boolean isLast(long inode) {
    return size > 0 && inode(size - 1) == inode;
  }

  /// Blocks of the directory that was added last, in ascending order.
  void addRun(long logical, long physical, long length) {
    int last = (runCount - 1) * RUN_FIELDS;
    boolean joins =
        runCount > firstRuns[size - 1]
            && runs[last] + runs[last + 2] == logical
            && runs[last + 1] + runs[last + 2] == physical;
    if (joins) {
      runs[last + 2] += length;
      return;
    }
    if ((runCount + 1) * RUN_FIELDS > runs.length) {
      runs = Arrays.copyOf(runs, 2 * runs.length);
    }
    int at = runCount * RUN_FIELDS;
    runs[at] = logical;
    runs[at + 1] = physical;
    runs[at + 2] = length;
    firstRuns[size] = ++runCount;
  }

  /// No more come; from then on parents can be set.
  void close() {
    parents = new int[size];
    upwards = new int[size];
  }

  int size() {
    return size;
  }

  long inode(int index) {
    return inodes[index] & 0xFFFF_FFFFL;
  }

  /// What its checksums start with.
  int seed(int index) {
    return seeds[index];
  }

  boolean has(int index, int flag) {
    return (flags[index] & flag) != 0;
  }

  int firstRun(int index) {
    return firstRuns[index];
  }

  int endRun(int index) {
    return firstRuns[index + 1];
  }

  long logical(int run) {
    return runs[run * RUN_FIELDS];
  }

  long physical(int run) {
    return runs[run * RUN_FIELDS + 1];
  }

  long length(int run) {
    return runs[run * RUN_FIELDS + 2];
  }

  /// The index of a directory; negative when there is none of this inode.
  int find(long inode) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (inode(middle) < inode) {
        low = middle + 1;
      } else if (inode(middle) > inode) {
        high = middle - 1;
      } else {
        return middle;
      }
    }
    return -1;
  }

  /// The directory that names it; 0 when none was found.
  long parent(int index) {
    return parents[index] & 0xFFFF_FFFFL;
  }

  void setParent(int index, long inode) {
    parents[index] = (int) inode;
  }

  /// Where its `..` leads.
  long upward(int index) {
    return upwards[index] & 0xFFFF_FFFFL;
  }

  void setUpward(int index, long inode) {
    upwards[index] = (int) inode;
  }
}
