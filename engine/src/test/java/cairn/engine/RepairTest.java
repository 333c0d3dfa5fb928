package cairn.engine;

import static cairn.engine.RepairSite.BLOCK;
import static cairn.engine.RepairSite.affected;
import static cairn.engine.RepairSite.names;
import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.engine.repair.RepairReport;
import cairn.repository.index.Location;
import cairn.repository.pack.PackContent;
import cairn.repository.pack.Packs;
import cairn.repository.session.ObjectNames;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.FaultyStorage;
import cairn.storage.Storage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What is damaged is repaired or named, what is good stays, and the next backup heals.
final class RepairTest {
  private static Problem lost(Snapshot snapshot, int block, int count) {
    return new Problem.Affected(
        snapshot.id().toString(), "image", (long) block * BLOCK, (long) count * BLOCK);
  }

  @Test
  void aSoundRepositoryIsLeftAlone(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 2, seed);
    List<String> before = names(site, "packs", "index", "snapshots", "quarantine");
    RepairReport report = site.lab.repair();
    assertThat(report.found().ok()).isTrue();
    assertThat(report.problems()).isEmpty();
    assertThat(names(site, "packs", "index", "snapshots", "quarantine")).isEqualTo(before);
    assertThat(site.storage.list("sessions/open")).isEmpty();
  }

  @Test
  void aFlippedBitIsPutRightInItsPlace(Seed seed) throws Exception {
    repairsBits(new RepairSite(false, 2, seed), seed);
  }

  @Test
  void aFlippedBitIsPutRightInItsPlaceWhenEncrypted(Seed seed) throws Exception {
    repairsBits(new RepairSite(true, 2, seed), seed);
  }

  private static void repairsBits(RepairSite site, Seed seed) throws Exception {
    RandomGenerator chance = seed.split(1).random();
    Map<String, byte[]> good = new LinkedHashMap<>();
    Map<String, byte[]> bad = new LinkedHashMap<>();
    for (String pack : site.packs()) {
      good.put(pack, site.storage.readAll(pack));
      site.damage(pack, chance.nextInt(site.storage.readAll(pack).length));
      bad.put(pack, site.storage.readAll(pack));
    }
    RepairReport report = site.lab.repair();
    assertThat(report.found().ok()).isFalse();
    assertThat(report.problems()).isEmpty();
    assertThat(report.repaired()).hasSameSizeAs(good.keySet());
    assertThat(report.quarantined()).isEmpty();
    assertThat(report.chunksLost()).isZero();
    for (String pack : good.keySet()) {
      assertThat(site.storage.readAll(pack)).isEqualTo(good.get(pack));
      assertThat(site.quarantined(pack)).singleElement().isEqualTo(bad.get(pack));
    }
    site.assertWhole();
  }

  @Test
  void whatParityDoesNotBringBackIsNamedAndTheNextBackupHealsIt(Seed seed) throws Exception {
    losesOneBlock(new RepairSite(false, 0, seed));
  }

  @Test
  void whatParityDoesNotBringBackIsNamedAndHealedWhenEncrypted(Seed seed) throws Exception {
    losesOneBlock(new RepairSite(true, 0, seed));
  }

  private static void losesOneBlock(RepairSite site) throws Exception {
    String pack = Packs.name(site.place(100).pack());
    site.damage(100);
    byte[] bad = site.storage.readAll(pack);
    Snapshot first = site.lab.snapshots().getFirst();
    RepairReport report = site.lab.repair();
    assertThat(affected(report.problems()))
        .containsExactlyInAnyOrder(lost(first, 100, 1), lost(site.newest(), 100, 1));
    assertThat(report.chunksLost()).isEqualTo(1);
    assertThat(report.chunksSaved()).isGreaterThan(10);
    assertThat(report.quarantined()).extracting(Packs::name).containsExactly(pack);
    assertThat(site.packs()).doesNotContain(pack);
    assertThat(site.quarantined(pack)).singleElement().isEqualTo(bad);

    assertThat(site.backup().blocksHealed()).isEqualTo(1);
    site.assertWhole();
    assertThat(site.backup().blocksHealed()).isZero();
  }

  @Test
  void goodBlobsOfAPackWhoseDirectoryIsLostAreFoundByTheIndex(Seed seed) throws Exception {
    RepairSite site = new RepairSite(true, 0, seed);
    String pack = Packs.name(site.place(100).pack());
    site.damage(pack, site.storage.readAll(pack).length - 1);
    RepairReport report = site.lab.repair();
    assertThat(report.problems()).isEmpty();
    assertThat(report.chunksLost()).isZero();
    assertThat(report.quarantined()).extracting(Packs::name).containsExactly(pack);
    site.assertWhole();
  }

  @Test
  void aPackThatWasCutKeepsWhatIsBeforeTheCut(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 2, seed);
    Location at = site.place(60);
    String pack = Packs.name(at.pack());
    site.storage.tamper(pack, Arrays.copyOf(site.storage.readAll(pack), at.place().end()));
    RepairReport report = site.lab.repair();
    assertThat(report.chunksSaved()).isPositive();
    assertThat(report.chunksLost()).isPositive();
    assertThat(affected(report.problems())).isNotEmpty();
    MemorySink sink = new MemorySink(site.source.length);
    site.lab.restore(site.newest(), sink);
    assertThat(Arrays.copyOfRange(sink.bytes(), 60 * BLOCK, 61 * BLOCK)).isEqualTo(site.block(60));
    assertThat(site.backup().blocksHealed()).isEqualTo(report.chunksLost());
    site.lab.repository.forget(site.lab.snapshots().getFirst());
    site.assertWhole();
  }

  @Test
  void aPackThatIsGoneIsTakenOutOfTheIndexAndHealed(Seed seed) throws Exception {
    for (int block : new int[] {25, 100}) {
      RepairSite site = new RepairSite(true, 2, seed);
      ObjectId pack = site.place(block).pack();
      site.storage.delete(Packs.name(pack));
      RepairReport report = site.lab.repair();
      assertThat(report.missing()).containsExactly(pack);
      assertThat(report.chunksLost()).isPositive();
      assertThat(affected(report.problems())).isNotEmpty();
      assertThat(report.quarantined()).doesNotContain(pack);
      assertThat(site.backup().blocksHealed()).isBetween(1L, report.chunksLost());
      backUpAll(site);
      site.assertWhole();
    }
  }

  @Test
  void aPackThatIsGoneCostsNothingOfThePackWithDeltasToIt(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 2, seed);
    Location delta = site.place(50);
    assertThat(site.place(25).pack()).isEqualTo(delta.pack());
    site.storage.delete(Packs.name(site.placeOf(Objects.requireNonNull(delta.base())).pack()));
    String newest = site.newest().id().toString();
    assertThat(affected(site.lab.check().problems()))
        .map(Problem.Affected.class::cast)
        .filteredOn(lost -> lost.id().equals(newest))
        .anyMatch(lost -> covers(lost, 50))
        .noneMatch(lost -> covers(lost, 25));
  }

  private static boolean covers(Problem.Affected lost, int block) {
    long offset = (long) block * BLOCK;
    return lost.offset() <= offset && offset < lost.offset() + lost.length();
  }

  @Test
  void lostNodesHealWhenABackupWritesThemAgain(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 0, seed);
    for (String pack : site.packs()) {
      if (isNodes(site, pack)) {
        site.damage(pack, 200);
      }
    }
    RepairReport report = site.lab.repair();
    assertThat(affected(report.problems())).isNotEmpty();
    backUpAll(site);
    site.assertWhole();
  }

  private static void backUpAll(RepairSite site) throws Exception {
    for (byte[] content : List.copyOf(site.contents.values())) {
      site.contents.put(site.lab.backup(new MemoryVolume(content)).id(), content);
    }
  }

  private static boolean isNodes(RepairSite site, String pack) throws Exception {
    int size = site.storage.readAll(pack).length;
    return site.lab.repository.packs().directory(ObjectNames.last(pack), size).content()
        == PackContent.NODES;
  }

  @Test
  void aDeltaGoesWithTheChunkThatItWasMadeAgainst(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 0, seed);
    Location delta = site.place(50);
    Location of = site.placeOf(Objects.requireNonNull(delta.base()));
    assertThat(of.pack()).isNotEqualTo(delta.pack());
    site.damage(Packs.name(of.pack()), of.place().offset());
    Snapshot first = site.lab.snapshots().getFirst();
    Snapshot second = site.newest();
    RepairReport report = site.lab.repair();
    assertThat(report.quarantined()).containsExactlyInAnyOrder(of.pack(), delta.pack());
    assertThat(report.chunksLost()).isEqualTo(2);
    assertThat(affected(report.problems()))
        .containsExactlyInAnyOrder(lost(first, 50, 1), lost(second, 50, 1));
    site.backup();
    assertThat(affected(site.lab.check().problems())).containsExactly(lost(first, 50, 1));
    site.lab.repository.forget(first);
    site.assertWhole();
  }

  @Test
  void indexesAndPacksDamagedTogetherAreRepairedTogether(Seed seed) throws Exception {
    for (int parity : new int[] {0, 2}) {
      RepairSite site = new RepairSite(true, parity, seed);
      site.damage(100);
      List<String> bad = names(site, "index");
      for (String index : bad) {
        site.damage(index, 5000);
      }
      RepairReport report = site.lab.repair();
      assertThat(names(site, "quarantine/index")).containsAll(quarantined(bad));
      assertThat(names(site, "index")).doesNotContainAnyElementsOf(bad);
      assertThat(report.chunksIndexed()).isPositive();
      assertThat(report.chunksLost()).isEqualTo(parity == 0 ? 1 : 0);
      assertThat(affected(report.problems())).hasSize(parity == 0 ? 2 : 0);
      site.backup();
      site.assertWhole();
    }
  }

  private static List<String> quarantined(List<String> names) {
    return names.stream().map(name -> "quarantine/" + name).toList();
  }

  @Test
  void indexesThatAreGoneAreMadeAnewWithoutDamagedPacks(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 0, seed);
    site.damage(100);
    for (Entry index : site.storage.list("index")) {
      site.storage.delete(index.name());
    }
    RepairReport report = site.lab.repair();
    assertThat(report.chunksLost()).isEqualTo(1);
    assertThat(affected(report.problems())).hasSize(2);
    site.backup();
    site.assertWhole();
  }

  @Test
  void aSectorThatCannotBeReadIsComputed(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 10, seed);
    Location at = site.place(100);
    Lab failing = site.lab.in(unreadable(site.storage, Packs.name(at.pack()), at.place().offset()));
    RepairReport report = failing.repair();
    assertThat(report.problems()).isEmpty();
    assertThat(report.chunksLost()).isZero();
    assertThat(report.quarantined()).containsExactly(at.pack());
    failing.assertClean();
    site.assertWhole();
  }

  @Test
  void whatCannotBeReadIsNotTakenForDamaged(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 0, seed);
    Location at = site.place(100);
    List<String> before = names(site, "packs", "index", "quarantine/packs");
    Lab failing = site.lab.in(unreadable(site.storage, Packs.name(at.pack()), at.place().offset()));
    RepairReport report = failing.repair();
    assertThat(report.problems())
        .isNotEmpty()
        .allMatch(Problem.Unknown.class::isInstance)
        .extracting(Problem::id)
        .containsOnly(at.pack().toString());
    assertThat(names(site, "packs", "index", "quarantine/packs")).containsAll(before);
    site.assertWhole();
  }

  /// It is in no index, but may lie in the pack that cannot be read.
  @Test
  void whatADeltaWasMadeAgainstIsNotTakenForLost(Seed seed) throws Exception {
    RepairSite site = new RepairSite(true, 0, seed);
    Location delta = site.place(50);
    ObjectId base = site.placeOf(Objects.requireNonNull(delta.base())).pack();
    for (Entry index : site.storage.list("index")) {
      site.storage.delete(index.name());
    }
    FaultyStorage failing = new FaultyStorage(site.storage).unreadable(Packs.name(base));
    RepairReport report = site.lab.in(failing).repair();
    assertThat(report.quarantined()).isEmpty();
    assertThat(report.problems()).extracting(Problem::id).contains(base.toString());
    Lab healed = site.lab.in(failing.heal());
    assertThat(healed.repair().problems()).isEmpty();
    for (Snapshot snapshot : healed.snapshots()) {
      healed.assertRestores(snapshot, Bytes.of(site.contents, snapshot));
    }
  }

  private static Storage unreadable(Storage storage, String name, long byteAt) {
    return Watched.over(
        storage,
        (call, arguments) -> {
          boolean all = call.equals("readAll") || call.equals("replace");
          boolean some = call.equals("read") && covers(arguments, byteAt);
          if ((all || some) && arguments[0].equals(name)) {
            throw new IOException("input/output error");
          }
        });
  }

  private static boolean covers(Object[] read, long byteAt) {
    long offset = (Long) read[1];
    return offset <= byteAt && byteAt < offset + ((ByteBuffer) read[2]).remaining();
  }
}
