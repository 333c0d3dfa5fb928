package cairn.filesystem.btrfs.check;

import java.util.Arrays;

/// Sums by a number; those that are 0 take no room.
final class Sums {
  /// Takes what remained.
  @FunctionalInterface
  interface Visitor {
    void sum(long key, long sum);
  }

  private long[] keys = new long[1 << 10];
  private long[] sums = new long[1 << 10];
  private int size;

  int size() {
    return size;
  }

  void add(long key, long amount) {
    int at = slot(key);
    if (sums[at] == 0) {
      if (amount != 0) {
        put(at, key, amount);
      }
    } else {
      sums[at] += amount;
      if (sums[at] == 0) {
        close(at);
      }
    }
  }

  long get(long key) {
    return sums[slot(key)];
  }

  void visit(Visitor visitor) {
    for (int at = 0; at < keys.length; at++) {
      if (sums[at] != 0) {
        visitor.sum(keys[at], sums[at]);
      }
    }
  }

  private void put(int at, long key, long sum) {
    keys[at] = key;
    sums[at] = sum;
    size++;
    if (size > keys.length / 2) {
      grow();
    }
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldSums = sums;
    keys = new long[oldKeys.length * 2];
    sums = new long[oldKeys.length * 2];
    for (int at = 0; at < oldKeys.length; at++) {
      if (oldSums[at] != 0) {
        int to = slot(oldKeys[at]);
        keys[to] = oldKeys[at];
        sums[to] = oldSums[at];
      }
    }
  }

  /// Where a number is, or could be put.
  private int slot(long key) {
    int at = home(key);
    while (sums[at] != 0 && keys[at] != key) {
      at = at + 1 & keys.length - 1;
    }
    return at;
  }

  private int home(long key) {
    return (int) References.mix(0, key) & keys.length - 1;
  }

  /// Moves up what was put behind this place for want of a better one.
  private void close(int at) {
    size--;
    int hole = at;
    int look = at + 1 & keys.length - 1;
    while (sums[look] != 0) {
      int home = home(keys[look]);
      if ((look - home & keys.length - 1) >= (look - hole & keys.length - 1)) {
        keys[hole] = keys[look];
        sums[hole] = sums[look];
        sums[look] = 0;
        hole = look;
      }
      look = look + 1 & keys.length - 1;
    }
  }

  void clear() {
    Arrays.fill(sums, 0);
    size = 0;
  }
}
