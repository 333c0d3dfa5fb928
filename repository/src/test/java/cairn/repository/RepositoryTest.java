package cairn.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.repository.config.Layout;
import cairn.repository.config.RepositoryConfig;
import cairn.repository.crypto.Protection;
import cairn.repository.session.SessionFenced;
import cairn.repository.session.Sessions;
import cairn.repository.session.WriteSession;
import cairn.repository.snapshot.Counts;
import cairn.repository.snapshot.Details;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.test.Samples;
import cairn.storage.MemoryStorage;
import cairn.storage.ObjectExists;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepositoryTest {
  private static final RepositoryConfig CONFIG =
      RepositoryConfig.clear(Samples.REPOSITORY, Samples.TIME, Layout.DEFAULT, List.of());

  private final MemoryStorage storage = new MemoryStorage();
  private final Repository repository = new Repository(storage, CONFIG, Protection.clear());
  private RandomGenerator chance = new Seed(0).random();

  @BeforeEach
  void create(Seed seed) throws Exception {
    chance = seed.random();
    Repository.create(storage, CONFIG);
  }

  @Test
  void aStorageIsMadeARepositoryOnce() throws Exception {
    assertThat(Repository.readConfig(storage)).isEqualTo(CONFIG);
    assertThatThrownBy(() -> Repository.create(storage, CONFIG)).isInstanceOf(ObjectExists.class);
    assertThatThrownBy(() -> Repository.readConfig(new MemoryStorage()))
        .isInstanceOf(NoRepository.class)
        .hasMessageContaining("make one with 'cairn init'");
  }

  @Test
  void committedSnapshotsAreListedOldestFirst() throws Exception {
    Snapshot late = commit(2, 20);
    Snapshot early = commit(3, 10);
    assertThat(repository.snapshots().snapshots()).containsExactly(early, late);
    assertThat(repository.snapshots().problems()).isEmpty();
    assertThat(repository.forget(early)).isTrue();
    assertThat(repository.forget(early)).isFalse();
    assertThat(repository.snapshots().snapshots()).containsExactly(late);
  }

  @Test
  void theSnapshotOfAFencedSessionDoesNotShow() throws Exception {
    Snapshot snapshot = snapshot(2, 1);
    try (WriteSession session =
        repository.openSession(Samples.session(snapshot.session()), chance)) {
      repository.sessions().end(snapshot.session(), Sessions.State.FENCED);
      byte[] record = repository.encode(snapshot, chance);
      assertThatThrownBy(() -> session.commit(snapshot.name(), record))
          .isInstanceOf(SessionFenced.class);
    }
    assertThat(storage.stat(snapshot.name()).size()).isPositive();
    assertThat(repository.snapshots())
        .isEqualTo(new Repository.Listing(List.of(), List.of(snapshot), List.of()));
  }

  @Test
  void theSnapshotOfAnOpenSessionDoesNotShowAndOneWithoutSessionIsTold() throws Exception {
    Snapshot snapshot = commit(2, 1);
    String committed = Sessions.name(Sessions.State.COMMITTED, snapshot.session());
    storage.move(committed, Sessions.name(Sessions.State.OPEN, snapshot.session()));
    assertThat(repository.snapshots())
        .isEqualTo(new Repository.Listing(List.of(), List.of(), List.of()));
    storage.delete(Sessions.name(Sessions.State.OPEN, snapshot.session()));
    assertThat(repository.snapshots().snapshots()).isEmpty();
    assertThat(repository.snapshots().problems())
        .containsExactly(
            new Problem.Missing(
                "session", snapshot.session().toString(), "snapshot " + snapshot.id()));
  }

  @Test
  void damagedAndMisplacedRecordsAreToldBesideTheGoodOnes() throws Exception {
    Snapshot good = commit(2, 1);
    byte[] record = storage.readAll(good.name());
    storage.tamper(Snapshot.name("other", good.id()), record);
    storage.tamper(Snapshot.name("g", Samples.objectId(9)), record);
    storage.tamper("snapshots/g/notes.txt", record);
    storage.tamper("snapshots/%zz/" + Samples.objectId(8), record);
    storage.tamper("snapshots/" + Samples.objectId(7), record);
    record[100] ^= 1;
    storage.tamper(Snapshot.name("h", good.id()), record);
    assertThat(repository.snapshots().snapshots()).containsExactly(good);
    assertThat(repository.snapshots().problems())
        .hasSize(6)
        .allMatch(problem -> problem.message().matches("corrupt (snapshot|object) .+, have .+"));
  }

  @Test
  void aRecordThatDoesNotPassTheGateIsNotEncoded() {
    Snapshot good = snapshot(2, 1);
    Details details = good.details();
    Details empty =
        new Details(
            details.parent(),
            details.host(),
            details.program(),
            details.tags(),
            details.verified(),
            details.started(),
            List.of(),
            details.counts());
    Snapshot bad = new Snapshot(good.id(), good.session(), good.group(), good.received(), empty);
    assertThatThrownBy(() -> repository.encode(bad, chance))
        .isInstanceOf(CorruptData.class)
        .hasMessage("corrupt snapshot " + bad.id() + ": volumes, have 0 expect 1 or more");
    Snapshot imprecise =
        new Snapshot(
            good.id(), good.session(), good.group(), good.received().plusNanos(1), details);
    assertThatThrownBy(() -> repository.encode(imprecise, chance))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("record, have another snapshot");
  }

  private Snapshot commit(int session, int second) throws Exception {
    Snapshot snapshot = snapshot(session, second);
    try (WriteSession writing =
        repository.openSession(Samples.session(snapshot.session()), chance)) {
      writing.commit(snapshot.name(), repository.encode(snapshot, chance));
    }
    return snapshot;
  }

  private Snapshot snapshot(int session, int second) {
    Details details =
        new Details(
            Optional.empty(),
            "db1",
            "cairn",
            List.of(),
            true,
            Samples.TIME,
            List.of(new VolumeImage("disk", 1 << 20, 131_072, Optional.empty(), Map.of())),
            new Counts(0, 0, 0, 0, 0, 0));
    ObjectId id = ObjectId.random(chance);
    return new Snapshot(
        id, Samples.objectId(session), "g", Samples.TIME.plusSeconds(second), details);
  }
}
