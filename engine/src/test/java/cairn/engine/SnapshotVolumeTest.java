package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.engine.image.KeptBlocks;
import cairn.engine.image.SnapshotVolume;
import cairn.repository.View;
import cairn.repository.pack.Packs;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Volumes of snapshots, read in any way.
final class SnapshotVolumeTest {
  private static final int BLOCK = 16 << 10;

  private final MemoryStorage storage = new MemoryStorage();

  /// 100 blocks and a bit, some of them zeros.
  private static byte[] content(RandomGenerator chance) {
    byte[] bytes = Bytes.random(chance, 100 * BLOCK + 123);
    for (int block = 0; block < 100; block++) {
      if (block % 7 < 3) {
        Arrays.fill(bytes, block * BLOCK, (block + 1) * BLOCK, (byte) 0);
      }
    }
    return bytes;
  }

  private static BlockReader open(View view, Snapshot snapshot, int kept) {
    BlockReader volume = SnapshotVolume.of(view, snapshot.details().volumes().getFirst());
    return kept == 0 ? volume : new KeptBlocks(volume, (long) kept * BLOCK);
  }

  private static void assertReads(
      BlockReader volume, byte[] expect, RandomGenerator chance, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      int offset = chance.nextInt(expect.length);
      int length = chance.nextInt(Math.min(expect.length - offset, 4 * BLOCK) + 1);
      byte[] target = new byte[length + 2];
      volume.read(offset, target, 1, length);
      byte[] wanted = new byte[length + 2];
      System.arraycopy(expect, offset, wanted, 1, length);
      Bytes.assertSame(target, wanted);
    }
  }

  @Test
  void anyRangeReadsAsItWas(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    byte[] bytes = content(chance);
    Lab lab = Lab.create(storage, BLOCK, true, chance);
    Snapshot snapshot = lab.backup(new MemoryVolume(bytes));
    try (View view = lab.repository.openView()) {
      for (int kept : new int[] {0, 1, 5, 1000}) {
        try (BlockReader volume = open(view, snapshot, kept)) {
          assertThat(volume.size()).isEqualTo(bytes.length);
          assertReads(volume, bytes, chance, 300);
        }
      }
    }
  }

  @Test
  void severalMayReadAtOnce(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    byte[] bytes = content(chance);
    Lab lab = Lab.create(storage, BLOCK, false, chance);
    Snapshot snapshot = lab.backup(new MemoryVolume(bytes));
    try (View view = lab.repository.openView();
        BlockReader volume = open(view, snapshot, 3);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all =
          java.util.stream.IntStream.range(0, 4)
              .<Future<?>>mapToObj(i ->
                  threads.submit(() -> {
                    assertReads(volume, bytes, seed.split(i).random(), 300);
                    return null;
                  }))
              .toList();
      for (Future<?> each : all) {
        each.get();
      }
    }
  }

  @Test
  void zerosAreHoles(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    byte[] bytes = content(chance);
    Lab lab = Lab.create(storage, BLOCK, false, chance);
    Snapshot snapshot = lab.backup(new MemoryVolume(bytes));
    try (View view = lab.repository.openView();
        BlockReader volume = open(view, snapshot, 2)) {
      long at = 5;
      for (Extent extent : volume.extents(5, bytes.length - 5)) {
        assertThat(extent.offset()).isEqualTo(at);
        boolean zeros = true;
        for (long i = at; i < extent.end(); i++) {
          zeros &= bytes[(int) i] == 0;
        }
        assertThat(extent.state() == Extent.State.HOLE).isEqualTo(zeros);
        at = extent.end();
      }
      assertThat(at).isEqualTo(bytes.length);
    }
  }

  @Test
  void damageIsToldWithItsPlaceAndCostsNothingElse(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    byte[] bytes = Bytes.random(chance, 3 * BLOCK);
    Lab lab = Lab.create(storage, BLOCK, false, chance);
    Snapshot snapshot = lab.backup(new MemoryVolume(bytes));
    Entry pack =
        storage.list(Packs.PREFIX).stream()
            .max(Comparator.comparingLong(Entry::size))
            .orElseThrow();
    byte[] stored = storage.readAll(pack.name());
    stored[BLOCK + BLOCK / 2] ^= 1;
    storage.tamper(pack.name(), stored);
    try (View view = lab.repository.openView();
        BlockReader volume = open(view, snapshot, 2)) {
      int bad = 0;
      for (int block = 0; block < 3; block++) {
        byte[] target = new byte[100];
        int offset = block * BLOCK + 7;
        try {
          volume.read(offset, target, 0, target.length);
          Bytes.assertSame(target, Arrays.copyOfRange(bytes, offset, offset + 100));
        } catch (IOException e) {
          bad++;
          assertThat(e)
              .hasMessageContaining("bytes " + block * BLOCK + "+" + BLOCK + " of image")
              .hasCauseInstanceOf(CorruptData.class);
        }
      }
      assertThat(bad).isEqualTo(1);
      assertThatThrownBy(() -> volume.read(3L * BLOCK - 1, new byte[2], 0, 2))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
