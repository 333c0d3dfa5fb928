package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.FaultyStorage;
import cairn.storage.MemoryStorage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A backup that is broken off at any operation of the storage costs nothing but itself.
final class CrashTest {
  private static final int BLOCK = 64 << 10;
  private static final int SIZE = 2_500_000;

  private final MemoryStorage start = new MemoryStorage();
  private final Map<ObjectId, byte[]> committed = new HashMap<>();
  private byte[] source = new byte[0];
  private Lab lab;

  @BeforeEach
  void create(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    lab = Lab.create(start, BLOCK, false, chance).by(Lab.KILLED);
    source = Bytes.random(chance, SIZE);
  }

  /// Commits a snapshot and changes the source.
  private void commitFirst(Seed seed) throws Exception {
    committed.put(lab.backup(new MemoryVolume(source)).id(), source);
    RandomGenerator chance = seed.split(1).random();
    source = Bytes.overwritten(source, 300_000, Bytes.random(chance, 1_200_000));
    source = Bytes.overwritten(source, 100_000, Bytes.random(chance, 10)); // a delta
  }

  /// Leaves packs of a run that was killed.
  private void breakOff() throws Exception {
    FaultyStorage faulty = new FaultyStorage(start).crashBefore(4);
    assertThat(tryBackup(faulty)).isFalse();
    FaultyStorage restarted = faulty.restart();
    assertThat(restarted.list("packs").size()).isGreaterThan(start.list("packs").size());
    for (var entry : restarted.list("")) {
      start.tamper(entry.name(), restarted.readAll(entry.name()));
    }
  }

  @Test
  void aCrashAtAnyChangeOfTheFirstBackup() throws Exception {
    crashAtEveryChange();
  }

  @Test
  void aCrashAtAnyChangeOfAnIncrement(Seed seed) throws Exception {
    commitFirst(seed);
    crashAtEveryChange();
  }

  @Test
  void aCrashAtAnyChangeOfTheBackupAfterACrash(Seed seed) throws Exception {
    commitFirst(seed);
    breakOff();
    crashAtEveryChange();
  }

  private void crashAtEveryChange() throws Exception {
    long change = 1;
    while (crash(new FaultyStorage(start).crashBefore(change))) {
      assertThat(crash(new FaultyStorage(start).crashAfter(change))).isTrue();
      change++;
    }
    assertThat(change).isGreaterThan(5);
  }

  /// @return whether the machine stopped
  private boolean crash(FaultyStorage faulty) throws Exception {
    boolean done = tryBackup(faulty);
    assertThat(done).isEqualTo(!faulty.crashed());
    boolean crashed = faulty.crashed();
    assertAllIsWell(lab.in(faulty.restart()));
    return crashed;
  }

  @Test
  void aFailureOfAnyOperationOfTheFirstBackup() throws Exception {
    failAtEveryOperation();
  }

  @Test
  void aFailureOfAnyOperationOfAnIncrement(Seed seed) throws Exception {
    commitFirst(seed);
    failAtEveryOperation();
  }

  @Test
  void aFailureOfAnyOperationOfTheBackupAfterACrash(Seed seed) throws Exception {
    commitFirst(seed);
    breakOff();
    failAtEveryOperation();
  }

  private void failAtEveryOperation() throws Exception {
    FaultyStorage good = new FaultyStorage(start);
    assertThat(tryBackup(good)).isTrue();
    int failures = 0;
    for (long operation = 1; operation <= good.operations(); operation++) {
      failures += fail(new FaultyStorage(start).failBefore(operation)) ? 1 : 0;
      failures += fail(new FaultyStorage(start).failAfter(operation)) ? 1 : 0;
    }
    assertThat(failures).isGreaterThan((int) good.operations() / 2); // some only cost space
  }

  /// @return whether the backup failed
  private boolean fail(FaultyStorage faulty) throws Exception {
    boolean done = tryBackup(faulty);
    assertAllIsWell(lab.in(faulty.heal()));
    return !done;
  }

  @Test
  void aFullDiskAtAnyPoint(Seed seed) throws Exception {
    commitFirst(seed);
    long budget = start.bytesUsed();
    boolean done = false;
    while (!done) {
      FaultyStorage faulty = new FaultyStorage(start).fullAfter(budget);
      done = tryBackup(faulty);
      faulty.heal();
      assertAllIsWell(lab.in(done ? faulty : faulty.restart()));
      budget += 150_000;
    }
    assertThat(budget).isGreaterThan(start.bytesUsed() + 1_000_000);
  }

  private boolean tryBackup(FaultyStorage faulty) throws CorruptData {
    try {
      lab.in(faulty).by(Lab.KILLED).backup(new MemoryVolume(source));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// What was committed is whole, nothing half-done is visible, and the next backup works.
  private void assertAllIsWell(Lab after) throws Exception {
    after.assertClean();
    assertAllRestore(after);
    Snapshot next = after.backup(new MemoryVolume(source));
    after.assertRestores(next, source);
    after.assertClean();
    assertThat(after.repository.storage().list("sessions/open")).isEmpty();
  }

  private void assertAllRestore(Lab after) throws Exception {
    assertThat(after.snapshots()).extracting(Snapshot::id).containsAll(committed.keySet());
    for (Snapshot snapshot : after.snapshots()) {
      after.assertRestores(snapshot, committed.getOrDefault(snapshot.id(), source));
    }
  }

  @Test
  void aWriteThatWasNotMadeDurableCostsOnlyWhatItHeld(Seed seed) throws Exception {
    commitFirst(seed);
    FaultyStorage good = new FaultyStorage(start);
    assertThat(tryBackup(good)).isTrue();
    for (long change = 1; change <= good.changes(); change++) {
      assertOnlyTheNewOneSuffers(new FaultyStorage(start).lieAt(change));
      assertOnlyTheNewOneSuffers(new FaultyStorage(start).tearAt(change, 100));
    }
  }

  private void assertOnlyTheNewOneSuffers(FaultyStorage faulty) throws Exception {
    tryBackup(faulty);
    Lab after = lab.in(faulty.restart());
    boolean good = after.check().ok();
    assertThat(after.snapshots()).extracting(Snapshot::id).containsAll(committed.keySet());
    for (Snapshot snapshot : after.snapshots()) {
      if (good || committed.containsKey(snapshot.id())) {
        after.assertRestores(snapshot, committed.getOrDefault(snapshot.id(), source));
      } else {
        MemorySink sink = new MemorySink(source.length);
        assertThat(after.restore(snapshot, sink).problems()).isNotEmpty();
      }
    }
  }
}
