package cairn.repository.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.Slice;
import cairn.base.test.Seed;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class CodecTest {
  @AutoClose private final Codec codec = new Codec(1);

  @Test
  void whatWasCompressedExpands(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int length : new int[] {0, 1, 100, 65_536, 1 << 20}) {
      byte[] plain = half(length, chance);
      byte[] frame = compress(plain);
      byte[] back = new byte[length];
      assertThat(codec.expand(Slice.of(frame), Slice.of(back))).isTrue();
      assertThat(back).isEqualTo(plain);
    }
  }

  @Test
  void aDeltaIsAsLargeAsTheChange(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int length : new int[] {16 << 10, 64 << 10, 128 << 10, 256 << 10, 1 << 20, 4 << 20}) {
      byte[] base = new byte[length];
      chance.nextBytes(base);
      byte[] plain = base.clone();
      byte[] change = new byte[4096];
      chance.nextBytes(change);
      System.arraycopy(change, 0, plain, length / 2, 4096);
      byte[] delta = delta(plain, base);
      assertThat(delta.length).isLessThan(4096 + 512);
      byte[] back = new byte[length];
      assertThat(codec.expandDelta(Slice.of(delta), base, Slice.of(back))).isTrue();
      assertThat(back).isEqualTo(plain);
    }
  }

  /// As a dictionary such a base would be refused, or read as tables instead of content.
  @Test
  void aBaseMayStartWithTheMagicOfADictionary(Seed seed) {
    RandomGenerator chance = seed.random();
    byte[] base = new byte[65_536];
    chance.nextBytes(base);
    System.arraycopy(HexFormat.of().parseHex("37a430ec01000000"), 0, base, 0, 8);
    byte[] plain = base.clone();
    plain[100] ^= 1;
    byte[] delta = delta(plain, base);
    assertThat(delta.length).isLessThan(500);
    byte[] back = new byte[plain.length];
    assertThat(codec.expandDelta(Slice.of(delta), base, Slice.of(back))).isTrue();
    assertThat(back).isEqualTo(plain);
  }

  /// A base must not stay behind in the contexts.
  @Test
  void afterADeltaPlainFramesArePlain(Seed seed) {
    RandomGenerator chance = seed.random();
    byte[] base = half(1 << 20, chance);
    byte[] alone = compress(base);
    byte[] delta = delta(base, base);
    assertThat(compress(base)).isEqualTo(alone);
    byte[] back = new byte[base.length];
    assertThat(codec.expandDelta(Slice.of(delta), base, Slice.of(back))).isTrue();
    assertThat(codec.expand(Slice.of(delta), Slice.of(back)) && Arrays.equals(back, base))
        .isFalse();
    assertThat(codec.expand(Slice.of(alone), Slice.of(back))).isTrue();
  }

  @Test
  void aFrameThatIsNotOfTheRightLengthDoesNotExpand(Seed seed) {
    byte[] frame = compress(half(1000, seed.random()));
    assertThat(codec.expand(Slice.of(frame), Slice.of(new byte[1001]))).isFalse();
    assertThat(codec.expand(Slice.of(frame), Slice.of(new byte[999]))).isFalse();
    assertThat(codec.expand(Slice.of(frame, 0, frame.length - 1), Slice.of(new byte[1000])))
        .isFalse();
    assertThat(codec.expand(Slice.of(new byte[0]), Slice.of(new byte[1000]))).isFalse();
    assertThat(codec.expand(Slice.of(seed.bytes(100)), Slice.of(new byte[1000]))).isFalse();
    assertThat(codec.expand(Slice.of(frame), Slice.of(new byte[1000]))).isTrue();
  }

  private byte[] compress(byte[] plain) {
    byte[] room = new byte[Codec.boundBytes(plain.length)];
    return Arrays.copyOf(room, codec.compress(Slice.of(plain), Slice.of(room)));
  }

  private byte[] delta(byte[] plain, byte[] base) {
    byte[] room = new byte[Codec.boundBytes(plain.length)];
    return Arrays.copyOf(room, codec.compressDelta(Slice.of(plain), base, Slice.of(room)));
  }

  /// Half random, half not.
  private static byte[] half(int length, RandomGenerator chance) {
    byte[] bytes = new byte[length];
    chance.nextBytes(bytes);
    Arrays.fill(bytes, 0, length / 2, (byte) 'x');
    return bytes;
  }
}
