package cairn.filesystem.ext;

import cairn.filesystem.ext.disk.ExtGroup;
import java.util.Arrays;

/// Where the bitmaps and inode tables of all groups lie, as ranges of blocks in ascending order.
/// With FLEX_BG they lie in other groups than their own, those of the same kind next to each other.
final class ExtMetadata {
  private static final int KINDS = 3;

  private long[] starts = new long[64];
  private long[] ends = new long[64];
  private final int[] latest = new int[KINDS];
  private int size;

  ExtMetadata() {
    Arrays.fill(latest, -1);
  }

  void add(ExtGroup group, long tableBlocks) {
    add(0, group.blockBitmap(), 1);
    add(1, group.inodeBitmap(), 1);
    add(2, group.inodeTable(), tableBlocks);
  }

  /// Sorts what was added and joins what touches; from then on it can be looked at.
  ///
  /// Starts and ends are sorted each by themselves: where as many ranges have ended as have begun,
  /// there is a gap.
  void close() {
    Arrays.sort(starts, 0, size);
    Arrays.sort(ends, 0, size);
    int count = 0;
    int first = 0;
    for (int index = 0; index < size; index++) {
      if (index + 1 == size || starts[index + 1] > ends[index]) {
        starts[count] = starts[first];
        ends[count++] = ends[index];
        first = index + 1;
      }
    }
    size = count;
  }

  /// The first range that ends after the block; [#size()] when there is none.
  int firstAfter(long block) {
    int found = Arrays.binarySearch(ends, 0, size, block + 1);
    return found < 0 ? -found - 1 : found;
  }

  int size() {
    return size;
  }

  long start(int index) {
    return starts[index];
  }

  long end(int index) {
    return ends[index];
  }

  private void add(int kind, long block, long count) {
    int last = latest[kind];
    if (last >= 0 && ends[last] == block) {
      ends[last] += count;
      return;
    }
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
    }
    starts[size] = block;
    ends[size] = block + count;
    latest[kind] = size++;
  }
}
