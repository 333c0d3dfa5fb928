package cairn.repository.parity;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.repository.test.Samples;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ParityShapeTest {
  private static final int SECTOR = 4096;

  @Test
  void theNumbersAreAsDocumented() {
    assertThat(shape(32 << 20, 2)).isEqualTo(new ParityShape(32 << 20, 4096, 33, 5));
    assertThat(shape(32 << 20, 2).sectionBytes()).isEqualTo((2 * 33 + 33 * 5 * 4) << 10);
    assertThat(shape(32 << 20, 1)).isEqualTo(new ParityShape(32 << 20, 4096, 41, 2));
    assertThat(shape(1 << 20, 2)).isEqualTo(new ParityShape(1 << 20, 4096, 2, 5));
    assertThat(shape((1 << 20) - 1, 2)).isEqualTo(new ParityShape((1 << 20) - 1, 1024, 5, 5));
    assertThat(shape(1000, 2)).isEqualTo(new ParityShape(1000, 1024, 1, 5));
    assertThat(shape(1000, 2).sectionBytes()).isEqualTo(7 << 10);
    assertThat(shape(100_000, 1)).isEqualTo(new ParityShape(100_000, 1024, 1, 5));
    assertThat(shape(300_000, 1)).isEqualTo(new ParityShape(300_000, 1024, 2, 3));
    assertThat(ParityShape.of(1000, 0)).isEmpty();
  }

  @Test
  void aFullPackGrowsByWhatWasAskedFor() {
    for (int percent = 1; percent <= ParityShape.PERCENT_MAX; percent++) {
      double share = 100.0 * shape(32 << 20, percent).sectionBytes() / (32 << 20);
      assertThat(share).isBetween(percent * 1.0, percent * 1.1 + 0.3);
    }
  }

  @Test
  void everyShapeIsValidAndDealsOutEachShardOnce(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int round = 0; round < 500; round++) {
      ParityShape shape = shape(chance.nextInt(1, 1 << chance.nextInt(8, 24)), anyPercent(chance));
      assertThat(shape.isValid()).as("%s", shape).isTrue();
      BitSet met = new BitSet();
      for (int group = 0; group < shape.groups(); group++) {
        for (int position = 0; position < shape.positions(group); position++) {
          int shard = shape.shard(group, position);
          met.set(shard);
          assertThat(shape.group(shard)).isEqualTo(group);
          assertThat(shape.position(shard)).isEqualTo(position);
        }
      }
      assertThat(met.cardinality()).isEqualTo(shape.shards());
      assertThat(met.length()).isEqualTo(shape.shards());
    }
  }

  /// So that the loss of any sector is made good, whatever the size of the pack.
  @Test
  void noSectorHoldsMoreOfAGroupThanItsParity(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int round = 0; round < 300; round++) {
      int protectedBytes = chance.nextInt(200, 1 << chance.nextInt(9, 23));
      int blobsEnd = protectedBytes - chance.nextInt(100, protectedBytes - 64);
      ParityShape shape = shape(protectedBytes, anyPercent(chance));
      ParityPlace place = new ParityPlace(Samples.REPOSITORY, Samples.objectId(2), blobsEnd, shape);
      assertThat(place.isValid()).isTrue();
      for (int sector = 0; sector < place.packBytes(); sector += SECTOR) {
        assertSectorIsCovered(place, sector);
      }
    }
  }

  private static void assertSectorIsCovered(ParityPlace place, int from) {
    ParityShape shape = place.shape();
    Map<Integer, BitSet> lost = new HashMap<>();
    BitSet copies = new BitSet();
    for (int at = from; at < Math.min(from + SECTOR, place.packBytes()); at++) {
      int shard = shardAt(place, at);
      if (shard >= 0) {
        lost.computeIfAbsent(shape.group(shard), group -> new BitSet()).set(shard);
      }
      if (at >= place.sectionOffset() && at < place.shardsOffset()) {
        copies.set(0);
      }
      if (at >= place.tableOffset(1) && at < place.tailOffset()) {
        copies.set(1);
      }
    }
    assertThat(copies.cardinality()).isLessThan(2);
    assertThat(lost.values())
        .as("sector at %d of %s", from, place)
        .allMatch(shards -> shards.cardinality() <= shape.parityShards());
  }

  private static int shardAt(ParityPlace place, int at) {
    ParityShape shape = place.shape();
    if (at < place.blobsEnd()) {
      return at / shape.shardBytes();
    }
    if (at >= place.tailOffset()) {
      return (at - place.tailOffset() + place.blobsEnd()) / shape.shardBytes();
    }
    boolean isParity = at >= place.shardsOffset() && at < place.tableOffset(1);
    return isParity ? shape.dataShards() + (at - place.shardsOffset()) / shape.shardBytes() : -1;
  }

  private static int anyPercent(RandomGenerator chance) {
    return chance.nextBoolean() ? chance.nextInt(1, 4) : chance.nextInt(1, 51);
  }

  private static ParityShape shape(int protectedBytes, int percent) {
    return ParityShape.of(protectedBytes, percent).orElseThrow();
  }
}
