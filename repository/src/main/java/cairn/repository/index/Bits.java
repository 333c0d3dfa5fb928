package cairn.repository.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A bit for each entry of an index segment.
final class Bits {
  private final MemorySegment words;

  Bits(long size, OffHeap memory) {
    this.words = memory.allocate(Math.max(1, (size + 63) / 64) * Long.BYTES);
  }

  boolean get(long bit) {
    return (words.getAtIndex(ValueLayout.JAVA_LONG, bit >>> 6) & 1L << bit) != 0;
  }

  void set(long bit) {
    long word = words.getAtIndex(ValueLayout.JAVA_LONG, bit >>> 6);
    words.setAtIndex(ValueLayout.JAVA_LONG, bit >>> 6, word | 1L << bit);
  }
}
