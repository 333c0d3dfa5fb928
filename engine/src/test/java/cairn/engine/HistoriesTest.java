package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.engine.backup.BackupRequest.Parent;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.tree.TreeRoot;
import cairn.storage.MemoryStorage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Whatever is done in whatever order: what was backed up comes back, byte for byte.
final class HistoriesTest {
  private static final int ROUNDS = 24;
  private static final int STEPS = 10;
  private static final int SIZE_MAX = 6 << 20;

  @Test
  void anySequenceOfWritesBackupsForgetsAndRestoresGivesBackTheBytes(Seed seed) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      RandomGenerator chance = seed.split(round).random();
      int blockBytes = 16 << 10 << round % 9;
      new History(blockBytes, chance.nextBoolean(), chance).run();
    }
  }

  /// One source, and all that is kept of it.
  private static final class History {
    private final int blockBytes;
    private final RandomGenerator chance;
    private final Lab lab;
    private final Map<ObjectId, byte[]> kept = new LinkedHashMap<>();
    private byte[] source;

    History(int blockBytes, boolean encrypt, RandomGenerator chance) throws Exception {
      this.blockBytes = blockBytes;
      this.chance = chance;
      this.lab = Lab.create(new MemoryStorage(), blockBytes, encrypt, chance);
      this.source = content(size());
    }

    void run() throws Exception {
      backup();
      for (int step = 0; step < STEPS; step++) {
        switch (chance.nextInt(8)) {
          case 0 -> source = content(size());
          case 1 -> source = Arrays.copyOf(source, size());
          case 2, 3 -> overwrite();
          case 4 -> forget();
          case 5 -> restoreOne();
          default -> backup();
        }
      }
      backup();
      lab.assertClean();
      for (Snapshot snapshot : lab.snapshots()) {
        lab.assertRestores(snapshot, Bytes.of(kept, snapshot));
      }
      assertThat(lab.snapshots()).hasSameSizeAs(kept.keySet());
    }

    private int size() {
      int blocks = Math.max(1, SIZE_MAX / 2 / blockBytes);
      return switch (chance.nextInt(7)) {
        case 0 -> 0;
        case 1 -> 1;
        case 2 -> blockBytes;
        case 3 -> blockBytes * chance.nextInt(1, blocks + 1);
        case 4 -> blockBytes * chance.nextInt(1, blocks + 1) + (chance.nextBoolean() ? 1 : -1);
        default -> chance.nextInt(SIZE_MAX);
      };
    }

    private byte[] content(int size) {
      return switch (chance.nextInt(4)) {
        case 0 -> new byte[size];
        case 1 -> Bytes.random(chance, size);
        case 2 -> Bytes.compressible(chance, size);
        default -> Bytes.overwritten(new byte[size], size / 2, Bytes.random(chance, size / 8));
      };
    }

    private void overwrite() {
      byte[] changed = source.clone();
      for (int write = chance.nextInt(1, 20); write > 0 && changed.length > 0; write--) {
        int from = chance.nextInt(changed.length);
        int length = chance.nextInt(Math.min(changed.length - from, 3 * blockBytes) + 1);
        byte[] with = chance.nextBoolean() ? new byte[length] : Bytes.random(chance, length);
        System.arraycopy(with, 0, changed, from, length);
      }
      source = changed;
    }

    private void backup() throws Exception {
      MemoryVolume volume = new MemoryVolume(source);
      Parent parent =
          switch (chance.nextInt(3)) {
            case 0 -> Lab.NONE;
            case 1 -> kept.isEmpty() ? Lab.NEWEST : new Parent.Given(some(lab.snapshots()));
            default -> Lab.NEWEST;
          };
      Snapshot snapshot =
          lab.backup(chance.nextBoolean() ? volume.withHoles() : volume, parent).snapshot();
      kept.put(snapshot.id(), source);
    }

    private void forget() throws Exception {
      if (!kept.isEmpty()) {
        Snapshot snapshot = some(lab.snapshots());
        assertThat(lab.repository.forget(snapshot)).isTrue();
        kept.remove(snapshot.id());
      }
    }

    private void restoreOne() throws Exception {
      if (!kept.isEmpty()) {
        Snapshot snapshot = some(lab.snapshots());
        lab.assertRestores(snapshot, Bytes.of(kept, snapshot));
      }
    }

    private <T> T some(List<T> all) {
      return all.get(chance.nextInt(all.size()));
    }
  }

  @Test
  void theSameContentByDifferentHistoriesHasTheSameRoot(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    int blockBytes = 16 << 10;
    int size = 1100 * blockBytes + 17; // two leaves and a root above them
    byte[] last = new byte[size];
    System.arraycopy(Bytes.random(chance, 1 << 20), 0, last, 1023 * blockBytes, 1 << 20);
    byte[] first = Bytes.overwritten(last, 0, Bytes.random(chance, 100_000));
    byte[] larger = Arrays.copyOf(first, size + 5 * blockBytes);

    Lab atOnce = Lab.create(new MemoryStorage(), blockBytes, false, chance);
    Optional<TreeRoot> root = root(atOnce.backup(new MemoryVolume(last)));
    Lab stepwise = Lab.create(new MemoryStorage(), blockBytes, false, chance);
    stepwise.backup(new MemoryVolume(larger).withHoles());
    stepwise.backup(new MemoryVolume(first));
    assertThat(root(stepwise.backup(new MemoryVolume(last).withHoles()))).isEqualTo(root);
    assertThat(root(stepwise.backup(new MemoryVolume(last), Lab.NONE).snapshot())).isEqualTo(root);
    assertThat(root.orElseThrow().level()).isEqualTo(1);
  }

  private static Optional<TreeRoot> root(Snapshot snapshot) {
    return snapshot.details().volumes().getFirst().root();
  }
}
