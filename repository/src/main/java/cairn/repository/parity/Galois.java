package cairn.repository.parity;

import java.util.Arrays;

/// Arithmetic in GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (0x11d). Its element 2, here
/// alpha, generates all others but 0.
///
/// Many elements at once lie in `long[]` lanes, eight to a long. Their order in it does not matter.
final class Galois {
  // The loops over lanes are what a backup pays for its parity. They are plain, with all constants
  // in sight, one array written and at most some 30 operations, because then the JIT compiler makes
  // vector code of them; with four terms at a time in place of two it no longer does. Powers of
  // alpha
  // from -2 to 2 cost 6 doublings or halvings for five sums, where 0 to 4 would cost 10.

  /// How many powers of alpha there are.
  static final int ORDER = 255;

  private static final int REDUCED = 0x1d;
  private static final long BIT_0 = 0x0101010101010101L;
  private static final long BIT_1 = 0x0202020202020202L;
  private static final long BIT_6 = 0x4040404040404040L;
  private static final long BIT_7 = 0x8080808080808080L;

  /// Powers of alpha, twice over, so that two logarithms can be added without a remainder.
  private static final int[] POWERS = powers();

  private static final int[] LOGARITHMS = logarithms();

  private Galois() {}

  private static int[] powers() {
    int[] powers = new int[2 * ORDER];
    int power = 1;
    for (int i = 0; i < powers.length; i++) {
      powers[i] = power;
      power = (power << 1) ^ ((power >> 7) * (0x100 | REDUCED));
    }
    return powers;
  }

  private static int[] logarithms() {
    int[] logarithms = new int[ORDER + 1];
    for (int i = 0; i < ORDER; i++) {
      logarithms[POWERS[i]] = i;
    }
    return logarithms;
  }

  static int multiply(int a, int b) {
    return a == 0 || b == 0 ? 0 : POWERS[LOGARITHMS[a] + LOGARITHMS[b]];
  }

  /// @throws ArithmeticException for 0
  static int inverse(int a) {
    if (a == 0) {
      throw new ArithmeticException("0 has no inverse");
    }
    return POWERS[ORDER - LOGARITHMS[a]];
  }

  /// A power of alpha, whose exponent may be negative.
  static int alpha(int exponent) {
    return POWERS[Math.floorMod(exponent, ORDER)];
  }

  /// `sum = (sum * f + a) * f + b`, where f is alpha to the power of `exponent`.
  ///
  /// @param exponent -2..2
  static void fold(long[] sum, long[] a, long[] b, int exponent) {
    switch (exponent) {
      case -2 -> foldQuarter(sum, a, b);
      case -1 -> foldHalf(sum, a, b);
      case 0 -> foldPlain(sum, a, b);
      case 1 -> foldTwice(sum, a, b);
      case 2 -> foldFourTimes(sum, a, b);
      default -> throw new IllegalArgumentException("exponent " + exponent);
    }
  }

  private static void foldPlain(long[] sum, long[] a, long[] b) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] ^= a[i] ^ b[i];
    }
  }

  private static void foldTwice(long[] sum, long[] a, long[] b) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] = twice(twice(sum[i]) ^ a[i]) ^ b[i];
    }
  }

  private static void foldFourTimes(long[] sum, long[] a, long[] b) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] = fourTimes(fourTimes(sum[i]) ^ a[i]) ^ b[i];
    }
  }

  private static void foldHalf(long[] sum, long[] a, long[] b) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] = half(half(sum[i]) ^ a[i]) ^ b[i];
    }
  }

  private static void foldQuarter(long[] sum, long[] a, long[] b) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] = quarter(quarter(sum[i]) ^ a[i]) ^ b[i];
    }
  }

  /// `target = x[0] * factors[0] + ... + x[4] * factors[4]`.
  static void combine(long[] target, long[][] x, int[] factors) {
    Arrays.fill(target, 0);
    for (int bit = 7; bit >= 0; bit--) {
      addBit(target, x, factors, bit);
    }
  }

  private static void addBit(long[] target, long[][] x, int[] factors, int bit) {
    long[] a = x[0];
    long[] b = x[1];
    long[] c = x[2];
    long[] d = x[3];
    long[] e = x[4];
    long ofA = mask(factors[0], bit);
    long ofB = mask(factors[1], bit);
    long ofC = mask(factors[2], bit);
    long ofD = mask(factors[3], bit);
    long ofE = mask(factors[4], bit);
    for (int i = 0; i < target.length; i++) {
      target[i] =
          twice(target[i])
              ^ (a[i] & ofA)
              ^ (b[i] & ofB)
              ^ (c[i] & ofC)
              ^ (d[i] & ofD)
              ^ (e[i] & ofE);
    }
  }

  private static long mask(int factor, int bit) {
    return -((factor >> bit) & 1L);
  }

  // A bit that leaves its byte is spread over the bits of the constant that it is worth by a
  // subtraction, in which no byte borrows from the next.

  private static long twice(long x) {
    long high = x & BIT_7;
    return ((x ^ high) << 1) ^ ((high - (high >>> 7)) & 0x1d1d1d1d1d1d1d1dL);
  }

  private static long fourTimes(long x) {
    long high = x & BIT_7;
    long next = x & BIT_6;
    return ((x ^ high ^ next) << 2)
        ^ ((high - (high >>> 7)) & 0x3a3a3a3a3a3a3a3aL)
        ^ ((next - (next >>> 6)) & 0x1d1d1d1d1d1d1d1dL);
  }

  private static long half(long x) {
    long low = x & BIT_0;
    return ((x ^ low) >>> 1) ^ (((low << 8) - low) & 0x8e8e8e8e8e8e8e8eL);
  }

  private static long quarter(long x) {
    long low = x & BIT_0;
    long next = x & BIT_1;
    return ((x ^ low ^ next) >>> 2)
        ^ (((low << 8) - low) & 0x4747474747474747L)
        ^ (((next << 7) - (next >>> 1)) & 0x8e8e8e8e8e8e8e8eL);
  }
}
