package cairn.repository.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class GaloisTest {
  private static final int LANES = 37;

  /// As one does it on paper: multiply the polynomials, then divide by 0x11d.
  static int slowProduct(int a, int b) {
    int product = 0;
    for (int bit = 0; bit < 8; bit++) {
      product ^= (b >> bit & 1) == 1 ? a << bit : 0;
    }
    for (int bit = 14; bit >= 8; bit--) {
      product ^= (product >> bit & 1) == 1 ? 0x11d << (bit - 8) : 0;
    }
    return product;
  }

  @Test
  void productsAreThoseOnPaper() {
    for (int a = 0; a < 256; a++) {
      for (int b = 0; b < 256; b++) {
        assertThat(Galois.multiply(a, b)).isEqualTo(slowProduct(a, b));
      }
    }
  }

  @Test
  void itIsAField(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int a = 0; a < 256; a++) {
      assertThat(Galois.multiply(a, 1)).isEqualTo(a);
      assertThat(Galois.multiply(a, 0)).isZero();
      if (a > 0) {
        assertThat(Galois.multiply(a, Galois.inverse(a))).isEqualTo(1);
      }
      for (int b = 0; b < 256; b++) {
        int c = chance.nextInt(256);
        int ab = Galois.multiply(a, b);
        assertThat(ab).isEqualTo(Galois.multiply(b, a));
        assertThat(Galois.multiply(ab, c)).isEqualTo(Galois.multiply(a, Galois.multiply(b, c)));
        assertThat(Galois.multiply(a, b ^ c)).isEqualTo(ab ^ Galois.multiply(a, c));
      }
    }
    assertThatThrownBy(() -> Galois.inverse(0)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void alphaGeneratesEverythingButZero() {
    BitSet met = new BitSet();
    for (int exponent = 0; exponent < 255; exponent++) {
      int power = Galois.alpha(exponent);
      met.set(power);
      assertThat(Galois.alpha(exponent + 1)).isEqualTo(slowProduct(power, 2));
      assertThat(slowProduct(power, Galois.alpha(-exponent))).isEqualTo(1);
    }
    assertThat(met.cardinality()).isEqualTo(255);
    assertThat(met.get(0)).isFalse();
  }

  @Test
  void foldingLanesIsFoldingEachElement(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int exponent = -2; exponent <= 2; exponent++) {
      int factor = Galois.alpha(exponent);
      long[] sum = lanes(chance);
      long[][] terms = {lanes(chance), lanes(chance)};
      int[] expect = elements(sum);
      for (long[] term : terms) {
        int[] added = elements(term);
        for (int i = 0; i < expect.length; i++) {
          expect[i] = slowProduct(expect[i], factor) ^ added[i];
        }
      }
      Galois.fold(sum, terms[0], terms[1], exponent);
      assertThat(elements(sum)).isEqualTo(expect);
    }
    assertThatThrownBy(() -> Galois.fold(new long[1], new long[1], new long[1], 3))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void combiningLanesIsCombiningEachElement(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int round = 0; round < 300; round++) {
      int[] factors = chance.ints(5, 0, 256).toArray();
      long[][] x = {lanes(chance), lanes(chance), lanes(chance), lanes(chance), lanes(chance)};
      int[] expect = new int[8 * LANES];
      for (int term = 0; term < 5; term++) {
        int[] elements = elements(x[term]);
        for (int i = 0; i < expect.length; i++) {
          expect[i] ^= slowProduct(elements[i], factors[term]);
        }
      }
      long[] target = lanes(chance);
      Galois.combine(target, x, factors);
      assertThat(elements(target)).isEqualTo(expect);
    }
  }

  private static long[] lanes(RandomGenerator chance) {
    return chance.longs(LANES).toArray();
  }

  private static int[] elements(long[] lanes) {
    int[] elements = new int[lanes.length * 8];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (int) (lanes[i / 8] >>> (i % 8 * 8)) & 0xFF;
    }
    return elements;
  }
}
