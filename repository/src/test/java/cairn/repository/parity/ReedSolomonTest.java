package cairn.repository.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReedSolomonTest {
  /// A group with its parity.
  private static final class Group {
    final int parity;
    final long[][] shards;
    final ReedSolomon code;

    Group(int parity, int data, int shardBytes, RandomGenerator chance) {
      this.parity = parity;
      this.shards = new long[parity + data][shardBytes / 8];
      this.code = new ReedSolomon(parity, shardBytes);
      for (int position = parity; position < shards.length; position++) {
        shards[position] = chance.longs(shardBytes / 8).toArray();
      }
      int[] wanted = IntStream.range(0, parity).toArray();
      System.arraycopy(recover(wanted), 0, shards, 0, parity);
    }

    long[][] recover(int... lost) {
      code.read(
          shards.length,
          (position, target) -> {
            if (Arrays.stream(lost).anyMatch(each -> each == position)) {
              Arrays.fill(target, 0);
            } else {
              System.arraycopy(shards[position], 0, target, 0, target.length);
            }
          });
      return code.recover(code.solve(lost));
    }

    void assertComesBack(int... lost) {
      long[][] found = recover(lost);
      for (int i = 0; i < lost.length; i++) {
        assertThat(found[i]).as("shard %d of %s", lost[i], this).isEqualTo(shards[lost[i]]);
      }
    }

    boolean isWhole() {
      recover();
      return code.isWhole();
    }

    int element(int position, int column) {
      return (int) (shards[position][column / 8] >>> (column % 8 * 8)) & 0xFF;
    }

    @Override
    public String toString() {
      return parity + " parity of " + shards.length;
    }
  }

  /// The definition that docs/format.md gives, computed in the slowest way.
  @Test
  void theSumsOverAGroupVanish(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int parity = 1; parity <= 5; parity++) {
      for (int data : new int[] {1, 2, 7, 250}) {
        Group group = new Group(parity, data, 16, chance);
        for (int column = 0; column < 16; column++) {
          for (int j = -(parity / 2); j <= parity - 1 - parity / 2; j++) {
            int sum = 0;
            for (int i = 0; i < parity + data; i++) {
              sum ^= GaloisTest.slowProduct(power(i * j), group.element(i, column));
            }
            assertThat(sum).as("%s, j = %d", group, j).isZero();
          }
        }
      }
    }
  }

  private static int power(int exponent) {
    int power = 1;
    for (int i = 0; i < Math.floorMod(exponent, 255); i++) {
      power = GaloisTest.slowProduct(power, 2);
    }
    return power;
  }

  @Test
  void everyPatternOfLossesInASmallGroupComesBack(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int parity = 1; parity <= 5; parity++) {
      for (int data = 1; data <= 9; data++) {
        Group group = new Group(parity, data, 24, chance);
        for (int pattern = 0; pattern < 1 << (parity + data); pattern++) {
          if (Integer.bitCount(pattern) <= parity) {
            int bits = pattern;
            group.assertComesBack(
                IntStream.range(0, parity + data).filter(i -> (bits >> i & 1) == 1).toArray());
          }
        }
      }
    }
  }

  @Test
  void lossesInALargeGroupComeBackInAnyOrder(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int round = 0; round < 300; round++) {
      int parity = chance.nextInt(1, 6);
      Group group = new Group(parity, 255 - parity - chance.nextInt(3), 64, chance);
      for (int count = 1; count <= parity; count++) {
        int[] lost = chance.ints(0, group.shards.length).distinct().limit(count).toArray();
        group.assertComesBack(lost);
      }
    }
  }

  @Test
  void moreLossesThanParityAreRefused(Seed seed) {
    Group group = new Group(3, 9, 8, seed.random());
    assertThatThrownBy(() -> group.recover(0, 3, 5, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("4 lost, parity for 3");
  }

  @Test
  void aGroupIsWholeUntilAnyBitChanges(Seed seed) {
    RandomGenerator chance = seed.random();
    Group group = new Group(5, 20, 64, chance);
    assertThat(group.isWhole()).isTrue();
    for (int position = 0; position < 25; position++) {
      int lane = chance.nextInt(8);
      long bit = 1L << chance.nextInt(64);
      group.shards[position][lane] ^= bit;
      assertThat(group.isWhole()).isFalse();
      group.shards[position][lane] ^= bit;
    }
  }
}
