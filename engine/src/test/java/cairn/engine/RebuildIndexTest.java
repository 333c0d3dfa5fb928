package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.engine.upkeep.RebuildReport;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.FaultyStorage;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whatever became of indexes: packs tell it again.
final class RebuildIndexTest {
  private static final int BLOCK = 16 << 10;

  private final MemoryStorage storage = new MemoryStorage();
  private final Map<ObjectId, byte[]> contents = new LinkedHashMap<>();
  private RandomGenerator chance = new Seed(0).random();
  private Lab lab;

  @BeforeEach
  void backUp(Seed seed) throws Exception {
    chance = seed.random();
    lab = Lab.create(storage, BLOCK, false, chance);
    byte[] source = Bytes.compressible(chance, 300 * BLOCK);
    for (int i = 0; i < 3; i++) {
      contents.put(lab.backup(new MemoryVolume(source)).id(), source);
      source = Bytes.overwritten(source, i * 1_000_000, Bytes.random(chance, 500_000));
      source = Bytes.overwritten(source, 3_000_000 + i, Bytes.random(chance, 10));
    }
    assertWhole(lab);
  }

  private void assertWhole(Lab good) throws Exception {
    good.assertClean();
    List<Snapshot> snapshots = good.snapshots();
    assertThat(snapshots).extracting(Snapshot::id).containsExactlyElementsOf(contents.keySet());
    for (Snapshot snapshot : snapshots) {
      good.assertRestores(snapshot, Bytes.of(contents, snapshot));
    }
  }

  private static List<String> indexes(Storage in) throws IOException {
    return in.list("index").stream().map(Entry::name).toList();
  }

  @Test
  void missingIndexesAreMadeAgain() throws Exception {
    List<String> all = indexes(storage);
    for (int without = 1; without < 1 << all.size(); without++) {
      MemoryStorage copy = storage.copy();
      for (int i = 0; i < all.size(); i++) {
        if ((without >> i & 1) == 1) {
          copy.delete(all.get(i));
        }
      }
      Lab damaged = lab.in(copy);
      assertThat(damaged.check().ok()).isFalse();
      RebuildReport report = damaged.rebuild();
      assertThat(report.problems()).isEmpty();
      assertThat(report.packs()).isEqualTo(copy.list("packs").size());
      assertWhole(damaged);
    }
  }

  @Test
  void aDamagedIndexIsMadeAgainAndSetAsideAndGoodOnesStay() throws Exception {
    for (String name : indexes(storage)) {
      byte[] good = storage.readAll(name);
      for (int at : new int[] {0, 40, 70, 80, 5000, good.length - 1}) {
        byte[] bad = good.clone();
        bad[at] ^= 1;
        assertRepairs(name, bad);
      }
      for (int length : new int[] {0, 71, 4096, good.length - 4096, good.length + 1}) {
        assertRepairs(name, Arrays.copyOf(good, length));
      }
    }
  }

  private void assertRepairs(String name, byte[] bad) throws Exception {
    MemoryStorage copy = storage.copy();
    copy.tamper(name, bad);
    Lab damaged = lab.in(copy);
    assertThat(damaged.check().ok()).isFalse();
    damaged.rebuild();
    assertThat(copy.readAll("quarantine/" + name)).isEqualTo(bad);
    for (String other : indexes(storage)) {
      if (!other.equals(name)) {
        assertThat(copy.readAll(other)).isEqualTo(storage.readAll(other));
      }
    }
    assertThat(indexes(copy)).doesNotContain(name).hasSize(3);
    assertWhole(damaged);
  }

  @Test
  void damageToAnIndexIsNotBlamedOnPacks() throws Exception {
    String name = indexes(storage).getFirst();
    byte[] bad = storage.readAll(name);
    bad[5000] ^= 1;
    storage.tamper(name, bad);
    assertThat(lab.check().problems())
        .isNotEmpty()
        .noneMatch(problem -> problem.message().startsWith("corrupt pack"));
  }

  @Test
  void twoCopiesOfAChunkAreBothListedAgain() throws Exception {
    deleteIndexes();
    byte[] stored = contents.values().iterator().next();
    byte[] source = new byte[stored.length + 30 * BLOCK]; // cut into other packs than before
    System.arraycopy(Bytes.compressible(chance, 30 * BLOCK), 0, source, 0, 30 * BLOCK);
    System.arraycopy(stored, 0, source, 30 * BLOCK, stored.length);
    contents.put(lab.backup(new MemoryVolume(source)).id(), source);
    deleteIndexes();
    lab.rebuild();
    assertWhole(lab);
  }

  private void deleteIndexes() throws IOException {
    for (String name : indexes(storage)) {
      storage.delete(name);
    }
  }

  @Test
  void whatAListingOmitsIsNotDropped() throws Exception {
    for (Entry entry : storage.list("")) {
      if (entry.name().startsWith("packs/") || entry.name().startsWith("index/")) {
        FaultyStorage lying = new FaultyStorage(storage).omitFromLists(entry.name());
        lab.in(lying).rebuild();
        lying.verify();
        assertWhole(lab.in(lying.heal()));
      }
    }
  }

  @Test
  void aCrashAtAnyChangeCostsNothing() throws Exception {
    String missing = indexes(storage).getFirst();
    String damaged = indexes(storage).getLast();
    storage.delete(missing);
    byte[] bad = storage.readAll(damaged);
    bad[5000] ^= 1;
    storage.tamper(damaged, bad);
    boolean crashed = true;
    for (long change = 1; crashed; change++) {
      crashed = rebuildAgainAfter(new FaultyStorage(storage).crashBefore(change));
      rebuildAgainAfter(new FaultyStorage(storage).crashAfter(change));
    }
  }

  private boolean rebuildAgainAfter(FaultyStorage faulty) throws Exception {
    try {
      lab.in(faulty).by(Lab.KILLED).rebuild();
    } catch (FaultyStorage.Crashed e) {
      assertThat(faulty.crashed()).isTrue();
    }
    boolean crashed = faulty.crashed();
    Lab after = lab.in(faulty.restart());
    after.rebuild();
    assertWhole(after);
    return crashed;
  }

  @Test
  void aDamagedPackIsTold() throws Exception {
    deleteIndexes();
    Entry pack = storage.list("packs").getFirst();
    byte[] bad = storage.readAll(pack.name());
    bad[bad.length - 1] ^= 1;
    storage.tamper(pack.name(), bad);
    assertThat(lab.rebuild().problems())
        .hasSize(1)
        .allMatch(problem -> pack.name().endsWith(problem.id()));
    assertThat(lab.check().ok()).isFalse();
  }
}
