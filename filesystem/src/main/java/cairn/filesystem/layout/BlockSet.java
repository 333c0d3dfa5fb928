package cairn.filesystem.layout;

import java.util.Arrays;

/// A set of block numbers in `[0, size)`. Stretches that are in it as a whole or not at all take
/// next to no memory, the rest takes a bit for each block. Not safe for several threads.
public final class BlockSet {
  private static final int PAGE_BITS = 1 << 15;
  private static final int PAGE_WORDS = PAGE_BITS / Long.SIZE;
  private static final long[] NONE = new long[0];
  private static final long[] ALL = new long[1];

  private final long size;
  private final long[][] pages;
  private long count;

  /// An empty set.
  ///
  /// @throws IllegalArgumentException when there are more than 2^45 blocks
  public BlockSet(long size) {
    if (size < 0 || size > (long) PAGE_BITS << 30) {
      throw new IllegalArgumentException("a set of " + size + " blocks");
    }
    this.size = size;
    this.pages = new long[(int) Math.ceilDiv(size, (long) PAGE_BITS)][];
    Arrays.fill(pages, NONE);
  }

  public long size() {
    return size;
  }

  /// How many blocks are in it.
  public long count() {
    return count;
  }

  /// @param block in `[0, size)`
  public boolean contains(long block) {
    long[] page = pages[page(block)];
    return isAll(page) || (!isNone(page) && (page[word(block)] >>> block & 1) != 0);
  }

  /// How many of `[first, end)` are in it, which must lie in `[0, size)`.
  public long count(long first, long end) {
    long found = 0;
    for (long at = first; at < end; ) {
      long[] page = pages[page(at)];
      boolean mixed = !isAll(page) && !isNone(page);
      long unit = mixed ? Long.SIZE : PAGE_BITS;
      long next = Math.min(end, (at / unit + 1) * unit);
      if (mixed) {
        long mask = -1L >>> (Long.SIZE - (next - at)) << at;
        found += Long.bitCount(page[word(at)] & mask);
      } else if (isAll(page)) {
        found += next - at;
      }
      at = next;
    }
    return found;
  }

  /// Adds `[first, end)`, which must lie in `[0, size)`.
  ///
  /// @return how many of them had not been in it
  public long add(long first, long end) {
    return change(first, end, true);
  }

  /// Removes `[first, end)`, which must lie in `[0, size)`.
  ///
  /// @return how many of them had been in it
  public long remove(long first, long end) {
    return change(first, end, false);
  }

  private long change(long first, long end, boolean add) {
    if (first < 0 || first > end || end > size) {
      throw new IllegalArgumentException(first + ".." + end + " of " + size + " blocks");
    }
    long changed = 0;
    for (long at = first; at < end; ) {
      long pageEnd = Math.min((long) (page(at) + 1) * PAGE_BITS, size);
      long next = Math.min(end, pageEnd);
      changed += changePage(at, next, pageEnd, add);
      at = next;
    }
    count += add ? changed : -changed;
    return changed;
  }

  private long changePage(long first, long end, long pageEnd, boolean add) {
    long[] page = pages[page(first)];
    if (add ? isAll(page) : isNone(page)) {
      return 0;
    }
    if (first % PAGE_BITS == 0 && end == pageEnd) {
      pages[page(first)] = add ? ALL : NONE;
      return end - first - (isAll(page) || isNone(page) ? 0 : same(page, end - first, add));
    }
    if (isAll(page) || isNone(page)) {
      page = new long[PAGE_WORDS];
      Arrays.fill(page, add ? 0 : -1);
      pages[page(first)] = page;
    }
    long changed = 0;
    for (long at = first; at < end; ) {
      long next = Math.min(end, (at / Long.SIZE + 1) * Long.SIZE);
      long mask = -1L >>> (Long.SIZE - (next - at)) << at;
      long before = page[word(at)];
      page[word(at)] = add ? before | mask : before & ~mask;
      changed += Long.bitCount(before ^ page[word(at)]);
      at = next;
    }
    return changed;
  }

  /// How many of the first `bits` are as wanted.
  private static long same(long[] page, long bits, boolean wanted) {
    long set = 0;
    for (int word = 0; word < PAGE_WORDS; word++) {
      long left = bits - (long) word * Long.SIZE;
      if (left > 0) {
        set += Long.bitCount(left < Long.SIZE ? page[word] & ((1L << left) - 1) : page[word]);
      }
    }
    return wanted ? set : bits - set;
  }

  /// The first block from this one on that is in it; [#size] when there is none.
  public long nextIn(long from) {
    return next(from, size, true);
  }

  /// The first block from this one on that is not in it; [#size] when there is none.
  public long nextOut(long from) {
    return next(from, size, false);
  }

  /// Whether a block in `[first, end)` is in it; looks no further.
  public boolean meets(long first, long end) {
    return next(first, end, true) < end;
  }

  private long next(long from, long end, boolean in) {
    for (long at = from; at < end; ) {
      long[] page = pages[page(at)];
      if (in ? isAll(page) : isNone(page)) {
        return at;
      }
      if (in ? isNone(page) : isAll(page)) {
        at = (long) (page(at) + 1) * PAGE_BITS;
        continue;
      }
      long word = (in ? page[word(at)] : ~page[word(at)]) >>> at;
      if (word != 0) {
        return Math.min(size, at + Long.numberOfTrailingZeros(word));
      }
      at = (at / Long.SIZE + 1) * Long.SIZE;
    }
    return size;
  }

  private static boolean isNone(long[] page) {
    return page.length == NONE.length;
  }

  private static boolean isAll(long[] page) {
    return page.length == ALL.length;
  }

  private static int page(long block) {
    return (int) (block / PAGE_BITS);
  }

  private static int word(long block) {
    return (int) (block % PAGE_BITS / Long.SIZE);
  }
}
