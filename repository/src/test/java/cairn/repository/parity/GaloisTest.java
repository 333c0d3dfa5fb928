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

  private interface Adding {
    void run(long[] sum, long[] a, long[] b);
  }

  @Test
  void addingLanesIsAddingEachElement(Seed seed) {
    assertAdds(Galois::add, 1, seed.random());
    assertAdds(Galois::addDoubling, 2, seed.random());
    assertAdds(Galois::addHalving, Galois.inverse(2), seed.random());
  }

  private static void assertAdds(Adding adding, int factor, RandomGenerator chance) {
    long[] sum = lanes(chance);
    long[] a = lanes(chance);
    long[] b = lanes(chance);
    int[] expect = elements(sum);
    for (int i = 0; i < expect.length; i++) {
      expect[i] = slowProduct(expect[i], factor) ^ elements(a)[i];
      expect[i] = slowProduct(expect[i], factor) ^ elements(b)[i];
    }
    adding.run(sum, a, b);
    assertThat(elements(sum)).isEqualTo(expect);
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
