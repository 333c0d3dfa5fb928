package cairn.base.bytes;

/// CRC-32C of a region that is written in pieces, in any order: each piece adds what it has in a
/// region of zeros otherwise, and the sum of all, by exclusive or, is that of the whole.
///
/// *Why that is so.* Started with 0 and not inverted at the end, a CRC is the remainder of a
/// polynomial, which is linear; `n` zero bytes behind a piece multiply it by x to the power of 8n.
/// The products are those of zlib's `crc32_combine`.
public final class PlacedCrc {
  private static final int POLYNOMIAL = 0x82F63B78;

  /// x to the power of 0; the highest coefficient is the lowest bit.
  private static final int ONE = 1 << 31;

  /// x to the powers of 8, 16, 32 and so on.
  private static final int[] POWERS = powers();

  private PlacedCrc() {}

  private static int[] powers() {
    int[] powers = new int[Integer.SIZE];
    powers[0] = ONE >>> Byte.SIZE;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = product(powers[i - 1], powers[i - 1]);
    }
    return powers;
  }

  /// What a piece of `length` bytes adds that has `behind` bytes of its region behind it.
  ///
  /// @param crc of the piece, as [Crc32c] has it
  public static int of(int crc, int length, int behind) {
    int started = shifted(~0, length);
    return shifted(~crc ^ started, behind);
  }

  private static int shifted(int crc, int bytes) {
    int product = crc;
    for (int rest = bytes; rest != 0; rest &= rest - 1) {
      product = product(product, POWERS[Integer.numberOfTrailingZeros(rest)]);
    }
    return product;
  }

  private static int product(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bits = a; bits != 0; bits <<= 1) {
      product ^= shifted & (bits >> (Integer.SIZE - 1));
      shifted = (shifted >>> 1) ^ (POLYNOMIAL & -(shifted & 1));
    }
    return product;
  }
}
