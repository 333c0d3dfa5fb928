package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.engine.backup.Backup;
import cairn.engine.backup.BackupReport;
import cairn.engine.backup.BackupRequest;
import cairn.engine.backup.BackupRequest.NamedVolume;
import cairn.engine.backup.BackupRequest.Parent;
import cairn.engine.collect.Collect;
import cairn.engine.collect.CollectReport;
import cairn.engine.collect.CollectRequest;
import cairn.engine.repair.Repair;
import cairn.engine.repair.RepairReport;
import cairn.engine.restore.Restore;
import cairn.engine.restore.RestoreReport;
import cairn.engine.restore.RestoreRequest;
import cairn.engine.upkeep.RebuildIndex;
import cairn.engine.upkeep.RebuildReport;
import cairn.engine.verify.Check;
import cairn.engine.verify.CheckReport;
import cairn.engine.verify.CheckRequest;
import cairn.repository.Repository;
import cairn.repository.View;
import cairn.repository.config.Layout;
import cairn.repository.config.RepositoryConfig;
import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.Protection;
import cairn.repository.crypto.Secret;
import cairn.repository.crypto.SlotOwner;
import cairn.repository.session.Owner;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.Storage;
import cairn.volume.Volume;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// An open repository, and in one line each what a person does with it.
final class Lab {
  static final String GROUP = "disk";
  static final Parent NEWEST = new Parent.Newest();
  static final Parent NONE = new Parent.None();

  /// The process that runs the test: alive.
  static final Owner ALIVE = new Owner("lab", "boot", ProcessHandle.current().pid(), "test");

  /// A process on the same machine that runs no more: above any that Linux gives out.
  static final Owner KILLED = new Owner("lab", "boot", 1L << 30, "test");

  private static final long TWENTY_YEARS_MILLIS = 631_152_000_000L;

  private static final AtomicLong MILLIS = new AtomicLong(1_700_000_000_000L);
  private static final InstantSource CLOCK = () -> Instant.ofEpochMilli(MILLIS.incrementAndGet());

  final Repository repository;
  final Surroundings surroundings;
  final byte @Nullable [] key;

  private Lab(Repository repository, Surroundings surroundings, byte @Nullable [] key) {
    this.repository = repository;
    this.surroundings = surroundings;
    this.key = key;
  }

  static Surroundings surroundings(RandomGenerator chance) {
    return new Surroundings(CLOCK, chance, ALIVE, 2);
  }

  static Layout layout(int blockBytes) {
    return new Layout(blockBytes, 1, Layout.TARGET_BYTES_MIN, Layout.TARGET_BYTES_MIN, 2);
  }

  /// Makes a repository with small packs and opens it.
  static Lab create(Storage storage, int blockBytes, boolean encrypt, RandomGenerator chance)
      throws IOException, CorruptData {
    return create(storage, layout(blockBytes), encrypt, chance);
  }

  static Lab create(Storage storage, Layout layout, boolean encrypt, RandomGenerator chance)
      throws IOException, CorruptData {
    ObjectId id = ObjectId.random(chance);
    RepositoryConfig config = RepositoryConfig.clear(id, Instant.EPOCH, layout, List.of());
    byte @Nullable [] key = null;
    if (encrypt) {
      key = new byte[Secret.KeyFile.BYTES_MIN];
      chance.nextBytes(key);
      MasterKey master = MasterKey.random(chance);
      SlotOwner owner = new SlotOwner(id, master, chance, CLOCK);
      KeySlots slots = KeySlots.of(owner.keyFile("test", new Secret.KeyFile(key)));
      config = config.encrypted(slots, Protection.encrypted(master));
    }
    Repository.create(storage, config);
    return open(storage, key, surroundings(chance));
  }

  static Lab open(Storage storage, byte @Nullable [] key, Surroundings surroundings)
      throws IOException, CorruptData {
    RepositoryConfig config = Repository.readConfig(storage);
    Protection protection = Protection.clear();
    if (key != null) {
      try (MasterKey master = config.open(new Secret.KeyFile(key))) {
        protection = Protection.encrypted(master);
      }
    }
    config.verify(protection);
    return new Lab(new Repository(storage, config, protection), surroundings, key);
  }

  /// The same repository, or a copy of it, in another storage.
  Lab in(Storage storage) throws IOException, CorruptData {
    return open(storage, key, surroundings);
  }

  /// The same work on one thread, which is faster when there is almost none.
  Lab alone() {
    Surroundings single =
        new Surroundings(surroundings.clock(), surroundings.chance(), surroundings.owner(), 1);
    return new Lab(repository, single, key);
  }

  /// The same work by another process.
  Lab by(Owner owner) {
    Surroundings other =
        new Surroundings(
            surroundings.clock(), surroundings.chance(), owner, surroundings.threads());
    return new Lab(repository, other, key);
  }

  /// The same repository as another process sees it, whose clock jumps by years each time, and
  /// which does one thing after the other.
  Lab over(Storage storage, RandomGenerator chance) {
    InstantSource jumping = () -> Instant.ofEpochMilli(chance.nextLong(TWENTY_YEARS_MILLIS));
    Surroundings own = new Surroundings(jumping, chance, surroundings.owner(), 0);
    return new Lab(
        new Repository(storage, repository.config(), repository.protection(), 0), own, key);
  }

  CollectReport collect(CollectRequest request, Collect.Patience patience)
      throws IOException, CorruptData {
    return new Collect(repository, surroundings, patience, Progress.NONE, new Cancellation())
        .run(request, plan -> {});
  }

  CollectReport collectDry() throws IOException, CorruptData {
    CollectRequest request = new CollectRequest(true, Long.MAX_VALUE, 0, 100, Duration.ZERO);
    return collect(
        request, new Collect.Patience(session -> false, duration -> {}, Collect.Clearance.GIVEN));
  }

  Snapshot backup(Volume volume) throws IOException, CorruptData {
    return backup(volume, NEWEST).snapshot();
  }

  BackupReport backup(Volume volume, Parent parent) throws IOException, CorruptData {
    return backup(GROUP, volume, parent);
  }

  BackupReport backup(String group, Volume volume, Parent parent) throws IOException, CorruptData {
    return backup(group, volume, parent, new Cancellation());
  }

  BackupReport backup(String group, Volume volume, Parent parent, Cancellation cancellation)
      throws IOException, CorruptData {
    BackupRequest request =
        new BackupRequest(
            BackupRequest.Sources.atRest(List.of(new NamedVolume("image", volume))),
            group,
            List.of("tag"),
            parent,
            true);
    return new Backup(repository, surroundings, Progress.NONE, cancellation).run(request);
  }

  List<Snapshot> snapshots() throws IOException, CorruptData {
    return repository.snapshots().snapshots();
  }

  RestoreReport restore(Snapshot snapshot, MemorySink sink) throws IOException, CorruptData {
    return restore(snapshot, sink, true);
  }

  RestoreReport restore(Snapshot snapshot, MemorySink sink, boolean verifyAll)
      throws IOException, CorruptData {
    try (View view = repository.openView()) {
      RestoreRequest request =
          new RestoreRequest(snapshot, snapshot.details().volumes().getFirst(), sink, verifyAll);
      return new Restore(view, surroundings, Progress.NONE, new Cancellation()).run(request);
    }
  }

  /// Restores the whole volume of a snapshot that is good.
  byte[] restore(Snapshot snapshot) throws IOException, CorruptData {
    MemorySink sink = new MemorySink(snapshot.details().volumes().getFirst().size());
    RestoreReport report = restore(snapshot, sink);
    assertThat(report.problems()).isEmpty();
    assertThat(sink.written(0, sink.size())).isTrue();
    return sink.bytes();
  }

  CheckReport check() throws IOException, CorruptData {
    return new Check(repository, surroundings, Progress.NONE, new Cancellation())
        .run(new CheckRequest(100));
  }

  void assertClean() throws IOException, CorruptData {
    assertThat(check().problems()).extracting(Problem::message).isEmpty();
  }

  void assertRestores(Snapshot snapshot, byte[] expect) throws IOException, CorruptData {
    assertThat(snapshot.details().volumes().getFirst().size()).isEqualTo(expect.length);
    Bytes.assertSame(restore(snapshot), expect);
  }

  RebuildReport rebuild() throws IOException, CorruptData {
    return new RebuildIndex(repository, surroundings, Progress.NONE, new Cancellation()).run();
  }

  RepairReport repair() throws IOException, CorruptData {
    return new Repair(repository, surroundings, Progress.NONE, new Cancellation()).run();
  }
}
