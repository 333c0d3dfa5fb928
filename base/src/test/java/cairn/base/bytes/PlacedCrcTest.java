package cairn.base.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class PlacedCrcTest {
  @Test
  void piecesInAnyOrderGiveTheSumOfTheWhole(Seed seed) {
    RandomGenerator random = seed.random();
    for (int round = 0; round < 50; round++) {
      byte[] region = seed.split(round).bytes(1 + random.nextInt(100_000));
      int whole = PlacedCrc.of(Crc32c.of(region, 0, region.length), region.length, 0);
      List<Integer> cuts = new ArrayList<>(List.of(0, region.length));
      for (int i = 0; i < 10; i++) {
        cuts.add(random.nextInt(region.length + 1));
      }
      Collections.sort(cuts);
      List<Integer> order = new ArrayList<>();
      for (int i = 1; i < cuts.size(); i++) {
        order.add(i);
      }
      Collections.shuffle(order, Random.from(random));
      int sum = 0;
      for (int i : order) {
        int length = cuts.get(i) - cuts.get(i - 1);
        int crc = Crc32c.of(region, cuts.get(i - 1), length);
        sum ^= PlacedCrc.of(crc, length, region.length - cuts.get(i));
      }
      assertThat(sum).isEqualTo(whole);
    }
  }

  @Test
  void zerosAddNothingAndAByteInAnotherPlaceAddsSomethingElse() {
    assertThat(PlacedCrc.of(Crc32c.of(new byte[1000], 0, 1000), 1000, 77)).isZero();
    int crc = Crc32c.of(new byte[] {1}, 0, 1);
    assertThat(PlacedCrc.of(crc, 1, 0)).isNotZero().isNotEqualTo(PlacedCrc.of(crc, 1, 1));
  }
}
