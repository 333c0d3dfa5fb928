package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.engine.collect.CannotCollect;
import cairn.engine.collect.Collect;
import cairn.engine.collect.CollectReport;
import cairn.engine.collect.CollectRequest;
import cairn.engine.collect.TooMuch;
import cairn.repository.session.SessionRecord;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.FaultyStorage;
import cairn.storage.MemoryStorage;
import cairn.storage.PassingStorage;
import cairn.storage.Storage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A collection on a storage that fails, fills up or lies: it gives back space or it does not, but
/// what is committed stays.
final class CollectTest {
  private static final int BLOCK = 16 << 10;
  private static final Collect.Patience NOBODY_WRITES =
      new Collect.Patience(
          session -> false,
          duration -> {
            throw new AssertionError("nobody is there to wait for");
          },
          Collect.Clearance.GIVEN);

  private final MemoryStorage start = new MemoryStorage();
  private final Map<ObjectId, byte[]> committed = new HashMap<>();
  private Lab lab;

  /// Three snapshots, and garbage of which a part lies in packs that are needed.
  @BeforeEach
  void prepare(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    lab = Lab.create(start, BLOCK, false, chance).alone();
    byte[] source = Bytes.random(chance, 600_000);
    List<Snapshot> made = new ArrayList<>();
    for (int number = 0; number < 5; number++) {
      made.add(lab.backup(new MemoryVolume(source)));
      committed.put(made.getLast().id(), source);
      source = Bytes.overwritten(source, 90_000 * number, Bytes.random(chance, 100_000));
      source = Bytes.overwritten(source, 550_000, Bytes.random(chance, 10)); // a delta
    }
    for (int number : new int[] {1, 2}) {
      lab.repository.forget(made.get(number));
      committed.remove(made.get(number).id());
    }
  }

  @Test
  void givesBackWhatNobodyNeedsAndNothingElse() throws Exception {
    long before = start.bytesUsed();
    CollectReport report = collect(lab);
    assertThat(report.found().snapshots()).isEqualTo(3);
    assertThat(report.changes().bytesFreed()).isPositive();
    assertThat(before - start.bytesUsed())
        .isBetween(report.changes().bytesFreed() - 30_000, report.changes().bytesFreed() + 30_000);
    assertAllIsWell(lab);
    CollectReport again = collect(lab);
    assertThat(again.found().garbageBytes()).isZero();
    assertThat(again.changes().packsRemoved()).isZero();
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    List<Entry> before = start.list("");
    CollectReport plan = lab.collectDry();
    assertThat(plan.changes().packsRemoved()).isPositive();
    assertThat(start.list("")).isEqualTo(before);
  }

  @Test
  void aStorageThatMayNotBeChangedStaysAsItIs() throws Exception {
    SessionRecord dead =
        new SessionRecord(ObjectId.random(lab.surroundings.chance()), Instant.EPOCH, Lab.KILLED);
    lab.repository.openSession(dead, lab.surroundings.chance());
    List<Entry> before = start.list("");
    Collect.Patience refused =
        new Collect.Patience(
            session -> true,
            duration -> {},
            () -> {
              throw new IOException("not to be changed");
            });
    assertThatThrownBy(() -> lab.collect(CollectSimulation.EVERYTHING, refused))
        .hasMessage("not to be changed");
    assertThat(start.list("")).isEqualTo(before);
  }

  /// Of a large repository the index takes longer to write than a session may be silent.
  @Test
  void givesSignsOfLifeWhileItRewritesTheIndex() throws Exception {
    List<Boolean> alive = new ArrayList<>();
    Storage watched =
        Watched.over(
            start,
            (call, arguments) -> {
              if (call.equals("publish") && arguments[0].toString().startsWith("index/")) {
                alive.add(Heartbeat.beating() > 0);
              }
            });
    collect(lab.in(watched).alone());
    assertThat(alive).hasSizeGreaterThan(1).doesNotContain(false);
  }

  @Test
  void aCrashAtAnyChange() throws Exception {
    long change = 1;
    while (crash(new FaultyStorage(start).crashBefore(change))) {
      assertThat(crash(new FaultyStorage(start).crashAfter(change))).isTrue();
      change++;
    }
    assertThat(change).isGreaterThan(15);
  }

  private boolean crash(FaultyStorage faulty) throws Exception {
    tryCollect(faulty);
    boolean crashed = faulty.crashed();
    Lab after = lab.in(faulty.restart()).alone();
    assertAllIsWell(after);
    collectWithTheDead(after);
    assertAllIsWell(after);
    assertThat(after.repository.storage().list("gc")).isEmpty();
    assertThat(collect(after).found().garbageBytes()).isZero();
    return crashed;
  }

  @Test
  void aFailureOfAnyOperation() throws Exception {
    long operations = operationsOfOneRun();
    for (long operation = 1; operation <= operations; operation++) {
      for (boolean before : new boolean[] {true, false}) {
        FaultyStorage faulty = new FaultyStorage(start);
        faulty = before ? faulty.failBefore(operation) : faulty.failAfter(operation);
        tryCollect(faulty);
        Lab after = lab.in(faulty.heal()).alone();
        assertAllIsWell(after);
        collectWithTheDead(after);
        assertAllIsWell(after);
      }
    }
  }

  private long operationsOfOneRun() throws Exception {
    FaultyStorage faulty = new FaultyStorage(start);
    assertThat(tryCollect(faulty)).isTrue();
    assertThat(faulty.operations()).isGreaterThan(60);
    return faulty.operations();
  }

  @Test
  void aFullDisk() throws Exception {
    for (long room = 0; room < 300_000; room += 20_000) {
      FaultyStorage faulty = new FaultyStorage(start).fullAfter(start.bytesUsed() + room);
      tryCollect(faulty);
      Lab after = lab.in(faulty.heal()).alone();
      assertAllIsWell(after);
      collectWithTheDead(after);
      assertAllIsWell(after);
    }
  }

  /// Each listing of a run leaves out each entry, one at a time.
  @Test
  void aListingThatLeavesOutAnEntry() throws Exception {
    int tried = 0;
    for (int listing = 1; ; listing++) {
      int entries = 1;
      for (int entry = 0; entry < entries; entry++) {
        MemoryStorage kept = start.copy();
        Forgetful forgetful = new Forgetful(kept, listing, entry);
        tryCollect(forgetful);
        entries = forgetful.entries;
        Lab after = lab.in(kept).alone();
        assertAllIsWell(after);
        tried++;
      }
      if (entries == 0) {
        break;
      }
    }
    assertThat(tried).isGreaterThan(100);
  }

  @Test
  void aListingThatRepeatsEntries() throws Exception {
    FaultyStorage faulty = new FaultyStorage(start);
    start.list("").stream()
        .map(Entry::name)
        .filter(name -> name.contains("/"))
        .forEach(faulty::repeatInLists);
    assertThat(tryCollect(faulty)).isTrue();
    assertAllIsWell(lab.in(faulty.heal()));
  }

  @Test
  void damageOrWhatCannotBeReadEndsItBeforeAnythingIsDeleted() throws Exception {
    for (Entry entry : start.list("")) {
      String name = entry.name();
      if (!name.startsWith("snapshots/") && !name.startsWith("index/")) {
        continue;
      }
      FaultyStorage unreadable = new FaultyStorage(start).unreadable(name);
      assertRefuses(unreadable);
      MemoryStorage damaged = start.copy();
      byte[] bytes = damaged.readAll(name);
      bytes[bytes.length / 2] ^= 4;
      damaged.tamper(name, bytes);
      assertRefuses(new FaultyStorage(damaged));
      MemoryStorage lacking = start.copy();
      if (name.startsWith("index/")) {
        lacking.delete(name);
        assertRefuses(new FaultyStorage(lacking));
      }
    }
  }

  private void assertRefuses(FaultyStorage storage) throws Exception {
    List<Entry> before = storage.objects().list("");
    Lab other = lab.over(storage, lab.surroundings.chance());
    assertThatThrownBy(() -> collect(other))
        .isInstanceOf(CannotCollect.class)
        .hasMessageContaining("nothing was deleted");
    assertThat(storage.objects().list("")).isEqualTo(before);
  }

  @Test
  void moreThanItMayIsNotDeleted() {
    CollectRequest timid = new CollectRequest(false, Long.MAX_VALUE, 0, 5, Duration.ZERO);
    assertThatThrownBy(() -> lab.collect(timid, NOBODY_WRITES))
        .isInstanceOf(TooMuch.class)
        .hasMessageContaining("--allow-large-deletion");
  }

  @Test
  void noMoreIsCopiedThanItMay() throws Exception {
    CollectRequest lazy = new CollectRequest(false, 0, 0, 100, Duration.ZERO);
    CollectReport report = lab.collect(lazy, NOBODY_WRITES);
    assertThat(report.changes().bytesRepacked()).isZero();
    assertAllIsWell(lab);
  }

  private static CollectReport collect(Lab lab) throws IOException, CorruptData {
    return lab.collect(CollectSimulation.EVERYTHING, NOBODY_WRITES);
  }

  /// Whoever was at work is gone.
  private static void collectWithTheDead(Lab lab) throws IOException, CorruptData {
    Collect.Patience patience =
        new Collect.Patience(session -> true, duration -> {}, Collect.Clearance.GIVEN);
    lab.collect(CollectSimulation.EVERYTHING, patience);
  }

  private boolean tryCollect(Storage storage) throws CorruptData {
    try {
      collect(lab.over(storage, lab.surroundings.chance()));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void assertAllIsWell(Lab after) throws Exception {
    after.assertClean();
    List<Snapshot> snapshots = after.snapshots();
    assertThat(snapshots).hasSize(committed.size());
    for (Snapshot snapshot : snapshots) {
      after.assertRestores(snapshot, committed.getOrDefault(snapshot.id(), new byte[0]));
    }
  }

  /// Leaves one entry out of one listing.
  private static final class Forgetful extends PassingStorage {
    private final int listing;
    private final int entry;
    private int listings;
    private int entries;

    Forgetful(Storage all, int listing, int entry) {
      super(all);
      this.listing = listing;
      this.entry = entry;
    }

    @Override
    public List<Entry> list(String prefix) throws IOException {
      List<Entry> complete = super.list(prefix);
      if (++listings != listing) {
        return complete;
      }
      entries = Math.max(1, complete.size());
      List<Entry> lacking = new ArrayList<>(complete);
      if (entry < lacking.size()) {
        lacking.remove(entry);
      }
      return lacking;
    }
  }
}
