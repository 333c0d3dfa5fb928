package cairn.filesystem.btrfs.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;

final class LzoTest {
  @Test
  void literalsAndCopiesThatOverlap() throws DataFormatException {
    // Four literals; three bytes from one before, 30 from four before; the end.
    byte[] input = HexFormat.of().parseHex("15" + "61626364" + "6000" + "3c0c00" + "110000");
    byte[] output = new byte[64];
    int end = Lzo.decompress(input, 0, input.length, output, 0);
    String expected = "abcd" + "dddd" + "d".repeat(30);
    assertThat(new String(Arrays.copyOf(output, end), StandardCharsets.ISO_8859_1))
        .isEqualTo(expected);
  }

  @Test
  void nothingIsReadBeforeTheBeginning() {
    byte[] input = HexFormat.of().parseHex("15" + "61626364" + "6001" + "110000");
    assertThatThrownBy(() -> Lzo.decompress(input, 0, input.length, new byte[64], 0))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("copy");
  }

  @Test
  void nothingIsWrittenBehindTheEnd() {
    byte[] input = HexFormat.of().parseHex("15" + "61626364" + "3c0c00" + "110000");
    assertThatThrownBy(() -> Lzo.decompress(input, 0, input.length, new byte[10], 0))
        .isInstanceOf(DataFormatException.class);
  }

  @Test
  void anyInputEndsWithoutAnotherFailure(Seed seed) {
    RandomGenerator random = seed.random();
    byte[] output = new byte[4096];
    for (int round = 0; round < 50_000; round++) {
      byte[] input = seed.split(round).bytes(random.nextInt(200));
      assertThatNoException()
          .as("round %s", round)
          .isThrownBy(() -> {
            try {
              Lzo.decompress(input, 0, input.length, output, 0);
            } catch (DataFormatException e) {
              // as most are
            }
          });
    }
  }
}
