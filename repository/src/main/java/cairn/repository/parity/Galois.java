package cairn.repository.parity;

/// Arithmetic in GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (0x11d). Its element 2, here
/// alpha, generates all others but 0.
///
/// Many elements at once lie in `long[]` lanes, eight to a long. Their order in it does not matter.
final class Galois {
  // The loops over lanes are what a backup pays for its parity. They are plain, with all constants
  // in sight, one array written and at most some 30 operations, because then the JIT compiler makes
  // vector code of them; with four terms at a time in place of two it no longer does. They are few,
  // because compiling one takes as long as using it for a pack.

  /// How many powers of alpha there are.
  static final int ORDER = 255;

  private static final int REDUCED = 0x1d;
  private static final long BIT_0 = 0x0101010101010101L;
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

  /// `sum = (sum + a) + b`.
  static void add(long[] sum, long[] a, long[] b) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] ^= a[i] ^ b[i];
    }
  }

  /// `sum = (sum * alpha + a) * alpha + b`.
  static void addDoubling(long[] sum, long[] a, long[] b) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] = twice(twice(sum[i]) ^ a[i]) ^ b[i];
    }
  }

  /// `sum = (sum / alpha + a) / alpha + b`.
  static void addHalving(long[] sum, long[] a, long[] b) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] = half(half(sum[i]) ^ a[i]) ^ b[i];
    }
  }

  // A bit that leaves its byte is spread over the bits of the constant that it is worth by a
  // subtraction, in which no byte borrows from the next.

  private static long twice(long x) {
    long high = x & BIT_7;
    return ((x ^ high) << 1) ^ ((high - (high >>> 7)) & 0x1d1d1d1d1d1d1d1dL);
  }

  private static long half(long x) {
    long low = x & BIT_0;
    return ((x ^ low) >>> 1) ^ (((low << 8) - low) & 0x8e8e8e8e8e8e8e8eL);
  }
}
