package cairn.filesystem.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.base.test.Seed;
import cairn.filesystem.test.MemoryVolume;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class LayoutTest {
  @Test
  void theRawCrcIsTheRegisterOfTheCheckValue() {
    byte[] check = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(~RawCrc32c.of(~0, check)).isEqualTo(0xE3069283);
    int half = RawCrc32c.of(~0, check, 0, 4);
    assertThat(~RawCrc32c.of(half, check, 4, 5)).isEqualTo(0xE3069283);
    assertThat(RawCrc32c.of(0x12345678, new byte[0])).isEqualTo(0x12345678);
  }

  @Test
  void bitsAreFoundAsABitSetFindsThem(Seed seed) {
    RandomGenerator random = seed.random();
    for (int round = 0; round < 2_000; round++) {
      byte[] bytes = new byte[1 + random.nextInt(40)];
      for (int set = random.nextInt(6); set > 0; set--) {
        int low = random.nextInt(8 * bytes.length);
        Bits.set(bytes, low, low + random.nextInt(8 * bytes.length - low + 1));
      }
      BitSet expected = BitSet.valueOf(bytes);
      int high = random.nextInt(8 * bytes.length + 1);
      int low = random.nextInt(high + 1);
      int set = expected.nextSetBit(low);
      assertThat(Bits.nextSet(bytes, 0, low, high)).isEqualTo(set < 0 ? high : Math.min(high, set));
      assertThat(Bits.nextClear(bytes, 0, low, high))
          .isEqualTo(Math.min(high, expected.nextClearBit(low)));
      assertThat(Bits.count(bytes, 0, high)).isEqualTo(expected.get(0, high).cardinality());
    }
  }

  @Test
  void fieldsAreReadInTheirOrder() {
    byte[] bytes = {1, 2, 3, 4, 5, 6, 7, (byte) 0x88, 'a', 0, 'b'};
    assertThat(Fields.littleEndian(bytes).u16(0)).isEqualTo(0x0201);
    assertThat(Fields.bigEndian(bytes).u16(0)).isEqualTo(0x0102);
    assertThat(Fields.littleEndian(bytes).u32(4)).isEqualTo(0x88070605L);
    assertThat(Fields.bigEndian(bytes).u64(0)).isEqualTo(0x0102030405060788L);
    assertThat(Fields.bigEndian(bytes).text(8, 3)).contains("a");
  }

  @Test
  void aPlaceThatTheVolumeDoesNotHaveIsDamage() {
    MemoryVolume volume = MemoryVolume.of(new byte[100]);
    Subject subject = Subject.of("thing", "1");
    for (long offset : new long[] {-1, 91, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> Area.read(volume, offset, 10, subject))
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining("corrupt thing 1: place");
    }
  }

  @Test
  void anAreaIsAVolumeOfItsOwn() throws Exception {
    byte[] bytes = {0, 1, 2, 3, 4};
    try (Area area = new Area(MemoryVolume.of(bytes), 2, 2)) {
      byte[] target = new byte[2];
      area.read(0, target, 0, 2);
      assertThat(target).containsExactly(2, 3);
      assertThat(area.extents(1, 1).getFirst().offset()).isEqualTo(1);
      assertThatThrownBy(() -> area.read(1, target, 0, 2))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
