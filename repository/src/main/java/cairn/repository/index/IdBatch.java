package cairn.repository.index;

import cairn.base.bytes.ChunkId;
import java.util.Arrays;

/// Many chunk ids, to be matched against whole segments: one walk through the pages in place of a
/// look-up for each id. Not safe for use by several threads.
final class IdBatch {
  /// About 80 MB of heap when full.
  static final int SIZE_MAX = 1 << 21;

  private static final int PLACE_BITS = 21;
  private static final long PLACES = (1L << PLACE_BITS) - 1;
  private static final int WORDS = 4;

  private long[] words = new long[WORDS << 10];

  /// The leading bits of each id and its place, in ascending order once sorted. As signed numbers
  /// sort, the sign bit is turned over.
  private long[] keys = new long[0];

  private int size;

  void add(ChunkId id) {
    if (size * WORDS == words.length) {
      words = Arrays.copyOf(words, words.length * 2);
    }
    int at = size++ * WORDS;
    words[at] = id.a();
    words[at + 1] = id.b();
    words[at + 2] = id.c();
    words[at + 3] = id.d();
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size == SIZE_MAX;
  }

  /// The id that was added at that place, from 0.
  ChunkId id(int place) {
    int at = place * WORDS;
    return new ChunkId(words[at], words[at + 1], words[at + 2], words[at + 3]);
  }

  void clear() {
    size = 0;
  }

  /// To be called after the last [#add].
  void sort() {
    keys = keys.length < size ? new long[words.length / WORDS] : keys;
    for (int place = 0; place < size; place++) {
      keys[place] = prefix(words[place * WORDS]) | place;
    }
    Arrays.sort(keys, 0, size);
  }

  /// What an id that begins with this word is sorted by.
  static long prefix(long firstWord) {
    return (firstWord & ~PLACES) ^ Long.MIN_VALUE;
  }

  /// The prefix of the id that is number `rank` in order.
  long prefixOf(int rank) {
    return keys[rank] & ~PLACES;
  }

  /// The place of the id that is number `rank` in order.
  int placeOf(int rank) {
    return (int) (keys[rank] & PLACES);
  }
}
