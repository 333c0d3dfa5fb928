package cairn.filesystem.btrfs.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.base.test.Seed;
import com.github.luben.zstd.Zstd;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CompressionTest {
  private static final int ZLIB = 1;
  private static final int ZSTD = 3;
  private static final int SECTOR = 4096;
  private static final Subject SUBJECT = Subject.of("extent", "1");

  private static byte[] plain(RandomGenerator random) {
    byte[] plain = new byte[3 * SECTOR];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = (byte) random.nextInt(20);
    }
    return plain;
  }

  private static byte[] compressed(int kind, byte[] plain) {
    if (kind == ZSTD) {
      return Zstd.compress(plain);
    }
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(plain);
      deflater.finish();
      byte[] output = new byte[plain.length];
      return Arrays.copyOf(output, deflater.deflate(output));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {ZLIB, ZSTD})
  void paddingBehindItIsNoHarm(int kind, Seed seed) throws CorruptData {
    byte[] plain = plain(seed.random());
    byte[] input = Arrays.copyOf(compressed(kind, plain), 5 * SECTOR);
    assertThat(Compression.decompress(kind, input, plain.length - 7, SECTOR, SUBJECT))
        .isEqualTo(Arrays.copyOf(plain, plain.length - 7));
  }

  @Test
  void whatDoesNotDecompressIsCorrupt(Seed seed) {
    RandomGenerator random = seed.random();
    byte[] noise = new byte[SECTOR];
    random.nextBytes(noise);
    for (int kind : new int[] {ZLIB, 2, ZSTD}) {
      assertCorrupt(kind, noise);
      assertCorrupt(kind, new byte[0]);
    }
    for (int kind : new int[] {ZLIB, ZSTD}) {
      byte[] input = compressed(kind, plain(random));
      assertCorrupt(kind, Arrays.copyOf(input, input.length / 2));
    }
  }

  private static void assertCorrupt(int kind, byte[] input) {
    assertThatThrownBy(() -> Compression.decompress(kind, input, 3 * SECTOR, SECTOR, SUBJECT))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("corrupt extent 1: compressed data");
  }
}
