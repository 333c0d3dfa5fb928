package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.engine.backup.BackupReport;
import cairn.repository.View;
import cairn.repository.index.Location;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.MemoryStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Increments are about as large as what changed.
final class DeltaTest {
  private static final int BLOCK = 64 << 10;
  private static final int WRITE = 4096;

  /// At most what a small data pack and a small node pack have of it.
  private static final int PARITY = 2 * (8 << 10);

  @Test
  void anIncrementAddsNotMuchMoreThanWasWritten(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    Lab lab = Lab.create(new MemoryStorage(), BLOCK, false, chance);
    byte[] source = Bytes.compressible(chance, 64 << 20);
    lab.backup(new MemoryVolume(source));
    byte[] changed = source.clone();
    int writes = 250;
    for (int i = 0; i < writes; i++) {
      byte[] with = Bytes.random(chance, WRITE);
      System.arraycopy(with, 0, changed, chance.nextInt(changed.length / WRITE) * WRITE, WRITE);
    }
    BackupReport report = lab.backup(new MemoryVolume(changed), Lab.NEWEST);
    assertThat(report.bytesAdded()).isLessThan(3L * writes * WRITE / 2);
    lab.assertRestores(report.snapshot(), changed);
  }

  @Test
  void largeBlocksHaveSmallDeltasToo(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (int blockBytes = 256 << 10; blockBytes <= 4 << 20; blockBytes *= 2) {
      Lab lab = Lab.create(new MemoryStorage(), blockBytes, false, chance);
      byte[] source = Bytes.random(chance, 3 * blockBytes);
      lab.backup(new MemoryVolume(source));
      byte[] changed = Bytes.overwritten(source, chance.nextInt(blockBytes), new byte[WRITE]);
      BackupReport report = lab.backup(new MemoryVolume(changed), Lab.NEWEST);
      assertThat(report.bytesAdded()).as("%d", blockBytes).isLessThan(20_000 + PARITY);
      lab.assertRestores(report.snapshot(), changed);
    }
  }

  @Test
  void aChainOfIncrementsStaysOneDeep(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    for (boolean encrypt : new boolean[] {false, true}) {
      Lab lab = Lab.create(new MemoryStorage(), BLOCK, encrypt, chance);
      byte[] source = Bytes.compressible(chance, 20 * BLOCK);
      List<Snapshot> snapshots = new ArrayList<>();
      List<byte[]> contents = new ArrayList<>();
      for (int increment = 0; increment <= 10; increment++) {
        contents.add(source);
        snapshots.add(lab.backup(new MemoryVolume(source)));
        source = Bytes.overwritten(source, 5 * BLOCK + 17 * increment, Bytes.random(chance, 100));
        source = Bytes.overwritten(source, 9 * BLOCK - 50, Bytes.random(chance, 100));
      }
      assertDepthIsOne(lab, 30);
      lab.assertClean();
      for (int i = 0; i < snapshots.size(); i++) {
        lab.assertRestores(snapshots.get(i), contents.get(i));
      }
      for (int i = 1; i < snapshots.size(); i++) {
        assertThat(snapshots.get(i).details().counts().bytesStored()).isLessThan(16_000 + PARITY);
      }
    }
  }

  private static void assertDepthIsOne(Lab lab, int deltas) throws Exception {
    try (View view = lab.repository.openView()) {
      int found = 0;
      for (Location at : Locations.of(view)) {
        if (at.base() != null) {
          found++;
          assertThat(view.committed().find(at.base())).anyMatch(base -> base.base() == null);
        }
      }
      assertThat(found).isEqualTo(deltas);
    }
  }
}
