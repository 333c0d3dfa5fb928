package cairn.engine;

import static cairn.engine.RepairSite.BLOCK;
import static cairn.engine.RepairSite.BLOCKS;
import static cairn.engine.RepairSite.affected;
import static cairn.engine.RepairSite.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.engine.repair.RepairReport;
import cairn.repository.pack.Packs;
import cairn.repository.session.SessionFenced;
import cairn.repository.session.Sessions;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.FaultyStorage;
import cairn.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Repairs beside others at work, and repairs that are broken off.
final class RepairTogetherTest {
  @Test
  void packsOfABackupThatRunsAreNotTouched(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 0, seed);
    site.damage(100);
    byte[] other = Bytes.random(seed.split(1).random(), 6 * BLOCKS * BLOCK);
    List<String> before = site.packs();
    List<String> during = new ArrayList<>();
    MemoryVolume volume =
        new MemoryVolume(other)
            .onRead(offset -> {
              synchronized (during) {
                if (during.isEmpty() && site.packs().size() > before.size()) {
                  site.packs().stream().filter(pack -> !before.contains(pack)).forEach(during::add);
                  repairWithDamageTo(site, during);
                }
              }
            });
    site.contents.put(site.lab.backup("other", volume, Lab.NONE).snapshot().id(), other);
    assertThat(during).isNotEmpty();
    assertThat(site.packs()).containsAll(during);
    site.backup();
    site.lab.repair();
    site.assertWhole();
  }

  /// The damage is undone after, because it is not what this is about.
  private static void repairWithDamageTo(RepairSite site, List<String> packs) {
    try {
      Map<String, byte[]> good = new LinkedHashMap<>();
      for (String pack : packs) {
        good.put(pack, site.storage.readAll(pack));
        site.damage(pack, good.get(pack).length - 1);
      }
      site.lab.repair();
      good.forEach(site.storage::tamper);
    } catch (IOException | CorruptData e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void collectorsWaitForARepair(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 0, seed);
    site.damage(100);
    int[] moves = {0};
    Storage watched =
        Watched.over(
            site.storage,
            (call, arguments) -> {
              if (call.equals("move") && arguments[1].toString().startsWith("quarantine/")) {
                assertThat(site.storage.list("sessions/open")).hasSize(1);
                moves[0]++;
              }
            });
    site.lab.in(watched).repair();
    assertThat(moves[0]).isGreaterThanOrEqualTo(2);
    assertThat(site.storage.list("sessions/open")).isEmpty();
  }

  @Test
  void aRepairThatWasTakenForDeadSetsNothingAside(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 0, seed);
    site.damage(100);
    List<String> before = names(site, "packs", "index");
    Storage watched =
        Watched.over(
            site.storage,
            (call, arguments) -> {
              if (call.equals("touch")) {
                fenceAll(site.lab.repository.sessions());
              }
            });
    Lab lab = site.lab.in(watched);
    assertThatThrownBy(lab::repair).isInstanceOf(SessionFenced.class);
    assertThat(names(site, "packs", "index")).containsAll(before);
  }

  private static void fenceAll(Sessions sessions) throws IOException {
    for (ObjectId session : sessions.list(Sessions.State.OPEN)) {
      sessions.end(session, Sessions.State.FENCED);
    }
  }

  @Test
  void twoRepairsAtOnceDoNoHarm(Seed seed) throws Exception {
    for (int round = 0; round < 4; round++) {
      RepairSite site = new RepairSite(round % 2 == 0, 0, seed.split(round));
      site.damage(100);
      site.damage(25);
      try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
        List<Future<RepairReport>> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          Seed own = seed.split(100 + i);
          Lab lab = site.lab.over(site.storage, own.random());
          Callable<RepairReport> repair = lab::repair;
          both.add(executor.submit(repair));
        }
        for (Future<RepairReport> each : both) {
          each.get();
        }
      }
      assertThat(affected(site.lab.check().problems())).hasSize(3);
      assertThat(site.backup().blocksHealed()).isEqualTo(2);
      site.assertWhole();
    }
  }

  @Test
  void aCrashAtAnyChangeMakesNothingWorse(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 0, seed);
    site.damage(100);
    String gone = Packs.name(site.place(25).pack());
    site.storage.delete(gone);
    site.damage(site.storage.list("index").getLast().name(), 5000);
    RepairSite parity = new RepairSite(true, 2, seed);
    parity.damage(100);
    for (RepairSite each : List.of(site, parity)) {
      List<Problem> lost = affected(each.lab.in(each.storage.copy()).repair().problems());
      long change = 1;
      while (crash(each, new FaultyStorage(each.storage).crashBefore(change), lost)) {
        assertThat(crash(each, new FaultyStorage(each.storage).crashAfter(change), lost)).isTrue();
        change++;
      }
      assertThat(change).isGreaterThan(5);
    }
  }

  /// @return whether the machine stopped
  private static boolean crash(RepairSite site, FaultyStorage faulty, List<Problem> lost)
      throws Exception {
    try {
      site.lab.in(faulty).by(Lab.KILLED).repair();
    } catch (IOException e) {
      assertThat(faulty.crashed()).isTrue();
    }
    boolean crashed = faulty.crashed();
    FaultyStorage restarted = faulty.restart();
    Lab after = site.lab.in(restarted);
    List<Problem> left = affected(after.repair().problems());
    assertThat(left).containsExactlyInAnyOrderElementsOf(lost);
    Snapshot next = after.backup(new MemoryVolume(site.source));
    after.assertClean();
    after.assertRestores(next, site.source);
    for (Snapshot snapshot : after.snapshots().subList(0, 2)) {
      after.assertRestores(snapshot, Bytes.of(site.contents, snapshot));
    }
    return crashed;
  }

  @Test
  void aFailureOfAnyOperationMakesNothingWorse(Seed seed) throws Exception {
    RepairSite site = new RepairSite(false, 0, seed);
    site.damage(100);
    List<Problem> lost = affected(site.lab.in(site.storage.copy()).repair().problems());
    FaultyStorage good = new FaultyStorage(site.storage);
    site.lab.in(good).by(Lab.KILLED).repair();
    for (long operation = 1; operation <= good.operations(); operation++) {
      fail(site, new FaultyStorage(site.storage).failBefore(operation), lost);
      fail(site, new FaultyStorage(site.storage).failAfter(operation), lost);
    }
  }

  private static void fail(RepairSite site, FaultyStorage faulty, List<Problem> lost)
      throws Exception {
    try {
      site.lab.in(faulty).by(Lab.KILLED).repair();
    } catch (IOException e) {
      assertThat(e).isNotNull();
    }
    Lab after = site.lab.in(faulty.heal());
    List<Problem> left = affected(after.repair().problems());
    assertThat(left).containsExactlyInAnyOrderElementsOf(lost);
    after.backup(new MemoryVolume(site.source));
    after.assertClean();
  }
}
