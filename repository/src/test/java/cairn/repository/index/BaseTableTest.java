package cairn.repository.index;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ChunkId;
import cairn.base.test.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BaseTableTest {
  @Test
  void holdsEachBaseOnceInOrderHoweverLittleFitsInMemory(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (int recentMax : new int[] {1, 2, 7, 1000}) {
      TreeSet<ChunkId> expect = new TreeSet<>();
      try (BaseTable table = new BaseTable(recentMax)) {
        for (int i = 0; i < 300; i++) {
          ChunkId base = new ChunkId(chance.nextLong(-50, 50), chance.nextInt(2), 0, 1);
          table.add(base);
          expect.add(base);
        }
        table.complete();
        List<ChunkId> have = new ArrayList<>();
        for (int i = 0; i < table.size(); i++) {
          have.add(OffHeap.id(table.bytes(), i * 32L));
        }
        assertThat(have).containsExactlyElementsOf(expect);
        for (ChunkId base : expect) {
          assertThat(have.get(table.ordinal(base))).isEqualTo(base);
        }
      }
    }
  }

  @Test
  void mayBeEmpty() throws Exception {
    try (BaseTable table = new BaseTable()) {
      table.complete();
      assertThat(table.size()).isZero();
    }
  }
}
