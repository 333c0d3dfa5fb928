package cairn.repository.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.repository.test.Samples;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Sections whose table is well-formed and wrong, as faulty memory might make them. What a repair
/// makes of real damage is in `PackRepairTest`.
class ParityTest {
  private static final ObjectId PACK = Samples.objectId(2);
  private static final ParityPlace PLACE =
      new ParityPlace(Samples.REPOSITORY, PACK, 9_000, new ParityShape(10_000, 1024, 1, 3));
  private static final int FIRST_PARITY = PLACE.shape().dataShards();

  private static byte[] pack(Seed seed) {
    byte[] pack = seed.bytes(PLACE.packBytes());
    Parity.write(PLACE, pack);
    return pack;
  }

  /// The table that fits the shards as they are.
  private static int[] crcs(byte[] pack) {
    Shards shards = new Shards(PLACE, pack);
    return IntStream.range(0, PLACE.shape().shards()).map(shards::crc).toArray();
  }

  @Test
  void parityThatDoesNotFitTheDataIsFoundThoughItsCrcIsRight(Seed seed) throws Exception {
    byte[] pack = pack(seed);
    Parity.check(PLACE, pack);
    pack[PLACE.parityOffset(FIRST_PARITY + 1)] ^= 1;
    new ParityTable(PLACE, crcs(pack)).writeTo(pack);
    assertThatThrownBy(() -> Parity.check(PLACE, pack))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("parity of group");
  }

  @Test
  void aTableThatDoesNotFitTheDataIsFound(Seed seed) {
    byte[] pack = pack(seed);
    int[] crcs = crcs(pack);
    crcs[4]++;
    new ParityTable(PLACE, crcs).writeTo(pack);
    assertThatThrownBy(() -> Parity.check(PLACE, pack))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(" slot=4: crc of shard");
  }

  @Test
  void copiesThatDifferAreFound(Seed seed) {
    byte[] pack = pack(seed);
    byte[] other = pack.clone();
    int[] crcs = crcs(pack);
    crcs[4]++;
    new ParityTable(PLACE, crcs).writeTo(other);
    System.arraycopy(other, PLACE.tableOffset(1), pack, PLACE.tableOffset(1), 1024);
    assertThatThrownBy(() -> Parity.check(PLACE, pack))
        .isInstanceOf(CorruptData.class)
        .hasMessageStartingWith("corrupt parity " + PACK + ": table, have ");
  }

  @Test
  void whatComesBackWithAnotherCrcCountsAsLost(Seed seed) {
    byte[] pack = pack(seed);
    int[] crcs = crcs(pack);
    crcs[4]++;
    byte[] damaged = pack.clone();
    damaged[0] ^= 1;
    Parity.Restored restored = Parity.restore(new ParityTable(PLACE, crcs), damaged);
    assertThat(restored.restored()).isEqualTo(1);
    assertThat(restored.lost()).isEqualTo(1);
    byte[] expect = Arrays.copyOf(pack, 1024);
    assertThat(restored.bytes().bytes()).startsWith(expect);
  }
}
