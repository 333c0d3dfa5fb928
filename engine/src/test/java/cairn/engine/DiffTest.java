package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.engine.compare.Diff;
import cairn.engine.compare.Range;
import cairn.engine.compare.VolumeDiff;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.FaultyStorage;
import cairn.storage.MemoryStorage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class DiffTest {
  private static final int BLOCK = 16 << 10;

  @Test
  void theRangesAreThoseOfTheBytesRoundedToBlocks(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    Lab lab = Lab.create(new MemoryStorage(), BLOCK, false, chance);
    List<byte[]> contents = new ArrayList<>();
    List<Snapshot> snapshots = new ArrayList<>();
    int[] sizes = {0, 1, 100 * BLOCK, 100 * BLOCK + 5, 1030 * BLOCK + 7, 3000 * BLOCK};
    byte[] common = Bytes.random(chance, 3 << 20);
    for (int size : sizes) {
      byte[] content = Arrays.copyOf(common, size);
      for (int write = 0; write < 10 && size > 0; write++) {
        int from = chance.nextInt(size);
        int length = chance.nextInt(Math.min(size - from, 3 * BLOCK) + 1);
        byte[] with = chance.nextBoolean() ? new byte[length] : Bytes.random(chance, length);
        System.arraycopy(with, 0, content, from, length);
      }
      contents.add(content);
      snapshots.add(lab.backup(new MemoryVolume(content).withHoles()));
    }
    try (View view = lab.repository.openView()) {
      for (int i = 0; i < sizes.length; i++) {
        for (int j = 0; j < sizes.length; j++) {
          VolumeDiff diff =
              new Diff(view).run(snapshots.get(i), snapshots.get(j)).volumes().getFirst();
          List<Range> expect = model(contents.get(i), contents.get(j));
          assertThat(diff.ranges()).as("%d and %d", sizes[i], sizes[j]).isEqualTo(expect);
          assertThat(diff.bytes()).isEqualTo(expect.stream().mapToLong(Range::length).sum());
        }
      }
    }
  }

  private static List<Range> model(byte[] before, byte[] after) {
    int size = Math.max(before.length, after.length);
    List<Range> ranges = new ArrayList<>();
    for (int from = 0; from < size; from += BLOCK) {
      int length = Math.min(BLOCK, size - from);
      if (!Arrays.equals(block(before, from), block(after, from))) {
        Range last = ranges.isEmpty() ? new Range(-1, 0) : ranges.getLast();
        if (last.offset() + last.length() == from) {
          ranges.removeLast();
          ranges.add(new Range(last.offset(), last.length() + length));
        } else {
          ranges.add(new Range(from, length));
        }
      }
    }
    return ranges;
  }

  /// Nothing when it is all zeros.
  private static byte[] block(byte[] content, int from) {
    int end = Math.min(from + BLOCK, content.length);
    byte[] block = from < end ? Arrays.copyOfRange(content, from, end) : new byte[0];
    return Arrays.equals(block, new byte[block.length]) ? new byte[0] : block;
  }

  @Test
  void aSmallDifferenceIsFoundWithFewReadsHoweverLargeTheVolume(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    FaultyStorage storage = new FaultyStorage();
    Lab lab = Lab.create(storage, BLOCK, false, chance);
    byte[] source = Bytes.tiny(chance, 20 * 1024, BLOCK);
    Snapshot before = lab.backup(new MemoryVolume(source));
    source[12_345 * BLOCK] ^= 1;
    Snapshot after = lab.backup(new MemoryVolume(source));
    try (View view = lab.repository.openView()) {
      long operations = storage.operations();
      VolumeDiff diff = new Diff(view).run(before, after).volumes().getFirst();
      assertThat(diff.ranges()).containsExactly(new Range(12_345L * BLOCK, BLOCK));
      assertThat(storage.operations() - operations).isEqualTo(4); // two roots, two leaves
    }
  }

  @Test
  void volumesThatOnlyOneSideHasCompareAsZeros(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    Lab lab = Lab.create(new MemoryStorage(), BLOCK, false, chance);
    Snapshot empty = lab.backup(new MemoryVolume(new byte[0]));
    byte[] content = Bytes.overwritten(new byte[5 * BLOCK], 3 * BLOCK, new byte[] {1});
    Snapshot some = lab.backup(new MemoryVolume(content));
    try (View view = lab.repository.openView()) {
      assertThat(new Diff(view).run(empty, some).volumes().getFirst().ranges())
          .containsExactly(new Range(3 * BLOCK, BLOCK));
    }
  }
}
