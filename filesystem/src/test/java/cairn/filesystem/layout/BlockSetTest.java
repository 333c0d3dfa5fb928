package cairn.filesystem.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class BlockSetTest {
  @Test
  void isAsABitSet(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int round = 0; round < 200; round++) {
      int size = 1 + chance.nextInt(chance.nextBoolean() ? 200 : 200_000);
      BlockSet set = new BlockSet(size);
      BitSet expected = new BitSet();
      for (int step = 0; step < 30; step++) {
        int first = chance.nextInt(3) == 0 ? 0 : chance.nextInt(size);
        int end = chance.nextInt(3) == 0 ? size : first + chance.nextInt(size - first + 1);
        int before = expected.cardinality();
        if (chance.nextInt(3) > 0) {
          expected.set(first, end);
          assertThat(set.add(first, end)).isEqualTo(expected.cardinality() - before);
        } else {
          expected.clear(first, end);
          assertThat(set.remove(first, end)).isEqualTo(before - expected.cardinality());
        }
        int at = chance.nextInt(size);
        int next = expected.nextSetBit(at);
        assertThat(set.contains(at)).isEqualTo(expected.get(at));
        assertThat(set.nextIn(at)).isEqualTo(next < 0 ? size : next);
        assertThat(set.nextOut(at)).isEqualTo(Math.min(size, expected.nextClearBit(at)));
        int until = chance.nextInt(at, size + 1);
        assertThat(set.meets(at, until)).isEqualTo(next >= 0 && next < until);
        assertThat(set.count()).isEqualTo(expected.cardinality());
        assertThat(set.count(at, size)).isEqualTo(expected.get(at, size).cardinality());
        assertThat(set.count(first, end)).isEqualTo(expected.get(first, end).cardinality());
      }
    }
  }

  @Test
  void refusesWhatIsNotInIt() {
    BlockSet set = new BlockSet(10);
    assertThatThrownBy(() -> set.add(9, 11)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> set.remove(-1, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(set.count()).isZero();
  }

  @Test
  void aWholeDiskTakesNoMemory() {
    long blocks = 1L << 40;
    BlockSet set = new BlockSet(blocks);
    assertThat(set.add(1, blocks)).isEqualTo(blocks - 1);
    assertThat(set.nextOut(1)).isEqualTo(blocks);
  }
}
