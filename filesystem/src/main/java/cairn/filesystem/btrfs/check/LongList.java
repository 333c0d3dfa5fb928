package cairn.filesystem.btrfs.check;

import java.util.Arrays;

/// Numbers in the order in which they were added.
final class LongList {
  private long[] values = new long[64];
  private int size;

  int size() {
    return size;
  }

  long get(int index) {
    return values[index];
  }

  void set(int index, long value) {
    values[index] = value;
  }

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size + size / 2);
    }
    values[size++] = value;
  }

  /// The index of the last value that is not greater, in a list that ascends, as unsigned numbers;
  /// -1 when there is none.
  int floor(long value) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(values[middle], value) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
