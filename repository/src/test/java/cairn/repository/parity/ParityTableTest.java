package cairn.repository.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Frame;
import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.repository.test.Damage;
import cairn.repository.test.Samples;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ParityTableTest {
  private static final ObjectId PACK = Samples.objectId(2);
  private static final int SHAPES = 300;

  /// The bytes of a pack that holds nothing but its parity tables.
  private static byte[] pack(ParityTable table, RandomGenerator chance) {
    byte[] bytes = new byte[table.place().packBytes()];
    chance.nextBytes(bytes);
    table.writeTo(bytes);
    return bytes;
  }

  private static ParityTable table(ParityShape shape, RandomGenerator chance) {
    int blobsEnd = chance.nextInt(1, shape.protectedBytes());
    ParityPlace place = new ParityPlace(Samples.REPOSITORY, PACK, blobsEnd, shape);
    return new ParityTable(place, chance.ints(shape.shards()).toArray());
  }

  private static ParityTable table(int protectedBytes, RandomGenerator chance) {
    return table(ParityShape.of(protectedBytes, 2).orElseThrow(), chance);
  }

  private static ParityTable find(byte[] bytes) throws Exception {
    return ParityTable.find(PACK, bytes, Samples.REPOSITORY);
  }

  @Test
  void aTableIsFoundThoughOneCopyIsGone(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (int copy = 0; copy < 2; copy++) {
      ParityTable table = table(3 << 20, chance);
      byte[] bytes = pack(table, chance);
      assertThat(find(bytes)).isEqualTo(table);
      int from = table.place().tableOffset(copy);
      Arrays.fill(bytes, from, from + table.place().shape().tableBytes(), (byte) 0);
      assertThat(find(bytes)).isEqualTo(table);
      assertThat(find(Arrays.copyOf(bytes, bytes.length + 5000))).isEqualTo(table);
    }
  }

  @Test
  void twoDamagedCopiesMakeAGoodOne(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    ParityTable table = table(10 << 20, chance);
    ParityPlace place = table.place();
    byte[] bytes = pack(table, chance);
    int pages = place.shape().tablePages();
    assertThat(pages).isGreaterThan(9);
    for (int page = 0; page < pages; page++) {
      bytes[place.pageOffset(page % 2, page) + chance.nextInt(1024)] ^= 1;
    }
    assertThat(find(bytes)).isEqualTo(table);
    bytes[place.pageOffset(0, 3)] ^= 1;
    bytes[place.pageOffset(1, 3)] ^= 1;
    assertThatThrownBy(() -> find(bytes))
        .isInstanceOf(CorruptData.class)
        .hasMessage(
            "corrupt parity "
                + PACK
                + " slot=3: page, have damaged in both copies expect one good copy");
  }

  @Test
  void aTableEndsInsideACutPack(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    ParityTable table = table(100_000, chance);
    byte[] bytes = pack(table, chance);
    assertThat(find(Arrays.copyOf(bytes, table.place().shardsOffset()))).isEqualTo(table);
    assertThatThrownBy(() -> find(Arrays.copyOf(bytes, table.place().shardsOffset() - 1)))
        .hasMessage("corrupt parity " + PACK + ": table, have none expect a parity section");
  }

  @Test
  void anotherPackOrRepositoryHasNoSay(Seed seed) {
    byte[] bytes = pack(table(100_000, seed.random()), seed.random());
    ObjectId other = Samples.objectId(9);
    assertThatThrownBy(() -> ParityTable.find(other, bytes, Samples.REPOSITORY))
        .isInstanceOf(CorruptData.class);
    assertThatThrownBy(() -> ParityTable.find(PACK, bytes, other)).isInstanceOf(CorruptData.class);
  }

  @Test
  void everyDamageToACopyIsFound(Seed seed) {
    ParityTable table = table(300_000, seed.random());
    byte[] bytes = pack(table, seed.random());
    int from = table.place().tableOffset(1);
    byte[] copy = Arrays.copyOfRange(bytes, from, from + table.place().shape().tableBytes());
    Damage damage = new Damage("parity", bad -> ParityTable.read(PACK, bad, Samples.REPOSITORY));
    damage.assertFlipsAreFound(copy, 0, copy.length);
    for (int length = 0; length < copy.length; length += 100) {
      damage.assertCorrupt(Arrays.copyOf(copy, length), "cut to " + length);
    }
    damage.assertCorrupt(Arrays.copyOf(copy, copy.length + 1024), "with zeros added");
  }

  /// Tables whose CRCs are right, as a mistaken or hostile writer would make them.
  @Test
  void noShapeThatTheFormatForbidsIsTaken(Seed seed) {
    RandomGenerator chance = seed.random();
    int refused = 0;
    for (int round = 0; round < SHAPES; round++) {
      ParityShape shape =
          new ParityShape(
              anyNumber(chance), anyNumber(chance), anyNumber(chance), chance.nextInt(0, 8));
      ParityPlace place = new ParityPlace(Samples.REPOSITORY, PACK, anyNumber(chance), shape);
      if (!place.isValid()) {
        byte[] page = forged(place);
        assertThatThrownBy(() -> find(page)).isInstanceOf(CorruptData.class);
        assertThatThrownBy(() -> ParityTable.readPlace(PACK, page, Samples.REPOSITORY))
            .isInstanceOf(CorruptData.class)
            .hasMessageContaining("corrupt parity " + PACK);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(SHAPES / 2);
  }

  private static int anyNumber(RandomGenerator chance) {
    return switch (chance.nextInt(4)) {
      case 0 -> 0;
      case 1 -> chance.nextInt(1, 300);
      case 2 -> chance.nextBoolean() ? 1024 : 4096;
      default -> chance.nextInt();
    };
  }

  /// A first page that says this, with the right CRC.
  private static byte[] forged(ParityPlace place) {
    ParityShape shape = place.shape();
    ByteWriter page = new ByteWriter(ParityTable.PAGE_BYTES);
    Frame.write(page, Frame.Kind.PARITY, Samples.REPOSITORY);
    page.id(PACK).u32(place.blobsEnd()).u32(shape.protectedBytes()).u32(shape.shardBytes());
    page.u32(shape.groups()).u32(shape.parityShards()).padTo(1020);
    ByteWriter covered = new ByteWriter(1040).id(PACK).u32(0).raw(page.buffer(), 0, 1020);
    return page.u32(covered.crc(0)).toBytes();
  }

  @Test
  void thePageThatTheseTestsForgeIsOneThatIsRead() throws Exception {
    ParityPlace honest =
        new ParityPlace(Samples.REPOSITORY, PACK, 1, new ParityShape(1000, 1024, 1, 1));
    assertThat(ParityTable.readPlace(PACK, forged(honest), Samples.REPOSITORY)).isEqualTo(honest);
  }
}
