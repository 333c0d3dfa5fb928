package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;

/// Hashes of names in ascending order, 8 bytes each: the hash, u32, and where its entry lies, which
/// of directories is an address, u32, of which 0 is stale, and of attributes, in the block, a u16.
///
/// @param from where the first lies in the fields
public record XfsHashes(Fields fields, int from, int count) {
  static final int BYTES = 8;

  public long hash(int index) {
    return fields.u32(from + index * BYTES);
  }

  public long address(int index) {
    return fields.u32(from + index * BYTES + 4);
  }

  /// The first that is not less than a hash; [#count()] when there is none.
  int find(long hash) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (hash(middle) >= hash) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /// Their order, and how many of a directory's are stale.
  void check(long stale, Subject subject) throws CorruptData {
    checkOrder(subject);
    long have = 0;
    for (int index = 0; index < count; index++) {
      have += address(index) == 0 ? 1 : 0;
    }
    subject.checkEqual(stale, have, "stale hashes");
  }

  void checkOrder(Subject subject) throws CorruptData {
    for (int index = 1; index < count; index++) {
      boolean good = hash(index) >= hash(index - 1);
      if (!good) {
        subject.slot(index).check(false, "hash", hash(index), hash(index - 1));
      }
    }
  }
}
