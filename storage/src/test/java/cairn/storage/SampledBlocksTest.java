package cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import cairn.base.test.Seed;
import cairn.linux.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SampledBlocksTest {
  private static final int REGION_BYTES = 8 << 20;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 4097, REGION_BYTES + 1, 3 * REGION_BYTES - 5000})
  void whatArrivedIsFoundRight(int size, Seed seed) throws IOException {
    byte[] content = seed.bytes(size);
    Path file = Files.write(folder.resolve("file"), content);
    check(file, sampled(content, seed));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4096, 4097, REGION_BYTES, 3 * REGION_BYTES - 5000})
  void anyRegionThatIsLostIsFound(int size, Seed seed) throws IOException {
    byte[] content = seed.bytes(size);
    for (int from = 0; from < size; from += REGION_BYTES) {
      byte[] lost = content.clone();
      int to = Math.min(size, from + REGION_BYTES);
      for (int i = from; i < to; i++) {
        lost[i] = (byte) ~lost[i];
      }
      Path file = Files.write(folder.resolve("file"), lost);
      SampledBlocks sample = sampled(content, seed);
      assertThatIOException()
          .isThrownBy(() -> check(file, sample))
          .withMessageMatching(
              "what was written to .*/file reads back otherwise at byte [0-9]+: the disk, or what"
                  + " leads to it, loses writes; check it");
    }
  }

  @Test
  void anEndThatIsLostIsFound(Seed seed) throws IOException {
    byte[] content = seed.bytes(50_000);
    Path file = Files.write(folder.resolve("file"), Arrays.copyOf(content, 49_999));
    SampledBlocks sample = sampled(content, seed);
    assertThatIOException()
        .isThrownBy(() -> check(file, sample))
        .withMessageContaining("at byte 49999");
  }

  /// In pieces of any length.
  private static SampledBlocks sampled(byte[] content, Seed seed) {
    RandomGenerator random = seed.random();
    SampledBlocks sample = new SampledBlocks(content.length, random);
    for (int at = 0; at < content.length; ) {
      int length = Math.min(content.length - at, random.nextInt(at % 2 == 0 ? 3000 : 300_000));
      ByteBuffer piece = ByteBuffer.wrap(content, at, length);
      sample.wrote(at, piece);
      assertThat(piece.remaining()).isEqualTo(length);
      at += length;
    }
    return sample;
  }

  private static void check(Path file, SampledBlocks sample) throws IOException {
    try (StoredFile stored = StoredFile.open(file)) {
      sample.check(file, stored);
    }
  }
}
