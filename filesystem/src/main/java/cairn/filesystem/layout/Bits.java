package cairn.filesystem.layout;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Bitmaps in which bit 0 is the lowest bit of the first byte, looked at in words of 64.
public final class Bits {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Bits() {}

  /// The first bit in `[low, high)` that is set; `high` when there is none.
  ///
  /// @param from the byte where the bitmap begins
  public static int nextSet(byte[] bytes, int from, int low, int high) {
    return next(bytes, from, low, high, 0);
  }

  /// The first bit in `[low, high)` that is not set; `high` when there is none.
  public static int nextClear(byte[] bytes, int from, int low, int high) {
    return next(bytes, from, low, high, -1);
  }

  /// How many of the first `bits` are set.
  public static int count(byte[] bytes, int from, int bits) {
    int count = 0;
    for (int bit = 0; bit < bits; bit += Long.SIZE) {
      long word = word(bytes, from, bit);
      int left = bits - bit;
      count += Long.bitCount(left < Long.SIZE ? word & ((1L << left) - 1) : word);
    }
    return count;
  }

  /// Sets `[low, high)` of a bitmap that begins with the first byte.
  public static void set(byte[] bytes, int low, int high) {
    for (int bit = low; bit < high; bit++) {
      bytes[bit / 8] |= (byte) (1 << bit % 8);
    }
  }

  private static int next(byte[] bytes, int from, int low, int high, long flip) {
    int bit = low;
    while (bit < high) {
      long word = (word(bytes, from, bit & -Long.SIZE) ^ flip) >>> bit % Long.SIZE;
      if (word != 0) {
        return Math.min(high, bit + Long.numberOfTrailingZeros(word));
      }
      bit = (bit & -Long.SIZE) + Long.SIZE;
    }
    return high;
  }

  /// The bits from `bit` on, which begins a byte; what lies behind the array is zero.
  private static long word(byte[] bytes, int from, int bit) {
    int at = from + bit / 8;
    if (at + Long.BYTES <= bytes.length) {
      return (long) LONG.get(bytes, at);
    }
    long word = 0;
    for (int index = at; index < bytes.length; index++) {
      word |= (bytes[index] & 0xFFL) << (8 * (index - at));
    }
    return word;
  }
}
