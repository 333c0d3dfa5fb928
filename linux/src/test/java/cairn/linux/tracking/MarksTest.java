package cairn.linux.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.linux.DeviceNumber;
import cairn.linux.bpf.BpfMap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MarksTest {
  private static final int BLOCK = Marks.BLOCK_BYTES;

  @ParameterizedTest
  @CsvSource({
    "512, 1, 1",
    "65536, 1, 1",
    "66048, 2, 1",
    "1048576, 16, 1", // 1 MiB
    "268435456, 4096, 1", // 256 MiB
    "268435968, 4097, 2",
    "1073741824, 16384, 4", // 1 GiB
    "1099511627776, 16777216, 4096", // 1 TiB: 16 MiB
    "18000207937536, 274661376, 67056", // 18 TB, no power of two
    "281474976710656, 4294967296, 1048576", // 256 TiB: more blocks than an int has
    "1125899906842624, 17179869184, 4194304", // 1 PiB: 16 GiB
  })
  void takesAByteForEachBlock(long length, long blocks, int pages) {
    assertThat(Marks.blocks(length)).isEqualTo(blocks);
    assertThat(Marks.shape(length)).isEqualTo(BpfMap.Shape.pages(pages));
    // The last block has a place, and its granule too.
    long granule = MarkingCode.GRANULE_BLOCKS;
    assertThat((blocks - 1) / granule * granule + granule)
        .isLessThanOrEqualTo((long) pages * BpfMap.PAGE_BYTES);
    assertThat(new TrackedRange(new DeviceNumber(7, 0), 512, length).endSector())
        .isEqualTo(1 + length / 512);
  }

  @Test
  void refusesRangesThatAreNone() {
    DeviceNumber disk = new DeviceNumber(7, 0);
    assertThatThrownBy(() -> new TrackedRange(disk, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TrackedRange(disk, -512, 1024))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TrackedRange(disk, 1, 512))
        .hasMessageContaining("not whole sectors");
    assertThatThrownBy(() -> new TrackedRange(disk, 512, 513))
        .hasMessageContaining("not whole sectors");
  }

  @Test
  void largestRequestsFitTheLoop() {
    long largest = 0xffff_fe00L;
    long blocks = (largest - 1) / BLOCK + 2;
    long granules = (blocks - 2) / MarkingCode.GRANULE_BLOCKS + 2;
    assertThat(granules).isLessThanOrEqualTo(MarkingCode.GRANULES_MAX);
  }

  @Test
  void comparesEightBytesAtOnceAsOneByOne(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int i = 0; i < 100_000; i++) {
      int around = chance.nextInt(256);
      long eight = 0;
      boolean expected = false;
      int least = 1 + chance.nextInt(255);
      for (int at = 0; at < 8; at++) {
        int each = chance.nextBoolean() ? chance.nextInt(256) : Math.min(around, least - 1);
        if (chance.nextInt(4) != 0) {
          each = Math.min(each, least - 1);
        }
        expected |= each >= least;
        eight |= (long) each << (at * 8);
      }
      assertThat(Marks.anyAtLeast(eight, least)).as("%x %d", eight, least).isEqualTo(expected);
    }
  }

  @Test
  void tellsLongestRangesInOrderAndClipped(Seed seed) {
    RandomGenerator chance = seed.random();
    for (int round = 0; round < 300; round++) {
      long length = 512L * (1 + chance.nextInt(128 * 6000));
      byte[] bytes = new byte[2 * BpfMap.PAGE_BYTES];
      int density = 1 + chance.nextInt(40);
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] = (byte) (chance.nextInt(density) == 0 ? chance.nextInt(256) : 0);
      }
      int generation = 1 + chance.nextInt(255);
      List<String> told = new ArrayList<>();
      new Marks(MemorySegment.ofArray(bytes), length)
          .visit(generation, (offset, bytesLong) -> told.add(offset + "+" + bytesLong));
      assertThat(told).isEqualTo(expected(bytes, length, generation));
    }
  }

  private static List<String> expected(byte[] bytes, long length, int generation) {
    List<String> ranges = new ArrayList<>();
    long start = -1;
    for (int at = 0; at <= bytes.length; at++) {
      boolean marked = at < Marks.blocks(length) && Byte.toUnsignedInt(bytes[at]) >= generation;
      if (marked && start < 0) {
        start = at;
      } else if (!marked && start >= 0) {
        long offset = start * BLOCK;
        ranges.add(offset + "+" + (Math.min(length, (long) at * BLOCK) - offset));
        start = -1;
      }
    }
    return ranges;
  }
}
