package cairn.filesystem.btrfs.check;

import java.util.HashMap;
import java.util.Map;

/// How many bytes of extents each subvolume refers to, and how many of them no other one does.
final class Usage {
  /// @param referred bytes of all extents that the subvolume refers to, however often
  record Bytes(long referred, long exclusive) {}

  private static final int SHARED = -1;

  private final ExtentTable extents;
  private final LongList trees = new LongList();
  private final LongList referred = new LongList();
  private final LongList exclusive = new LongList();

  /// By extent: the subvolume that was the last to refer to it, from 1 on.
  private int[] last = new int[0];

  /// By extent: the only subvolume that refers to it, or [#SHARED].
  private int[] only = new int[0];

  private int current;

  Usage(ExtentTable extents) {
    this.extents = extents;
  }

  /// Begins to count, once all extents are known.
  void enable() {
    last = new int[extents.size()];
    only = new int[extents.size()];
  }

  /// What is touched from now on belongs to a subvolume, or when the id is 0, to none.
  void open(long tree) {
    current = 0;
    if (tree != 0) {
      trees.add(tree);
      referred.add(0);
      exclusive.add(0);
      current = trees.size();
    }
  }

  /// @param index of an extent, or -1
  void touch(int index) {
    if (current == 0 || index < 0 || index >= last.length || last[index] == current) {
      return;
    }
    long bytes = extents.bytes(index);
    last[index] = current;
    add(referred, current, bytes);
    if (only[index] == 0) {
      only[index] = current;
      add(exclusive, current, bytes);
    } else if (only[index] != SHARED) {
      add(exclusive, only[index], -bytes);
      only[index] = SHARED;
    }
  }

  private static void add(LongList list, int tree, long bytes) {
    list.set(tree - 1, list.get(tree - 1) + bytes);
  }

  Map<Long, Bytes> bytes() {
    Map<Long, Bytes> all = new HashMap<>();
    for (int index = 0; index < trees.size(); index++) {
      all.put(trees.get(index), new Bytes(referred.get(index), exclusive.get(index)));
    }
    return all;
  }
}
