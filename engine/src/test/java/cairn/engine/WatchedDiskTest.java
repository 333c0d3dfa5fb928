package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.engine.backup.Backup;
import cairn.engine.backup.BackupReport;
import cairn.engine.backup.BackupRequest;
import cairn.engine.backup.BackupRequest.NamedVolume;
import cairn.engine.backup.BackupRequest.Parent;
import cairn.engine.capture.CannotConverge;
import cairn.engine.capture.Converge;
import cairn.engine.capture.InUse;
import cairn.engine.capture.SourceFailed;
import cairn.engine.capture.Stillness;
import cairn.engine.capture.Used;
import cairn.repository.session.Tombstone;
import cairn.repository.session.Tombstones;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.Content;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A capture is of one moment, however it was written to meanwhile; and what an earlier snapshot
/// has is left unread only while nothing speaks against it.
final class WatchedDiskTest {
  private static final int BLOCK = 256 << 10;
  private static final int BYTES = 12 * BLOCK + 777;
  private static final int ROUNDS = 60;

  private final MemoryStorage storage = new MemoryStorage();
  private Lab lab;
  private RandomGenerator chance;

  @BeforeEach
  void create(Seed seed) throws Exception {
    chance = seed.random();
    lab = Lab.create(storage, BLOCK, false, chance);
  }

  private BackupReport backup(WatchedDisk disk, Parent parent) throws Exception {
    Stillness stillness = disk.isPossible() ? disk : Stillness.NONE;
    return backup(disk, stillness, Converge.Limits.DEFAULT, parent);
  }

  private BackupReport backup(
      WatchedDisk disk, Stillness stillness, Converge.Limits limits, Parent parent)
      throws Exception {
    NamedVolume named = new NamedVolume("image", disk.volume, Optional.of(disk.inUse()));
    BackupRequest.Sources sources = new BackupRequest.Sources(List.of(named), stillness, limits);
    BackupRequest request = new BackupRequest(sources, Lab.GROUP, List.of(), parent, true);
    return new Backup(lab.repository, lab.surroundings, Progress.NONE, new Cancellation())
        .run(request);
  }

  /// Somebody writes to the first blocks at the second settling, and to others at the second
  /// freeze: the first is for the map of what is in use.
  private record Nudged(WatchedDisk disk, AtomicInteger calls, int settling, int freezing)
      implements Stillness {
    @Override
    public boolean isPossible() {
      return true;
    }

    @Override
    public void settle() {
      if (calls.incrementAndGet() == 3) {
        write(0, settling);
      }
    }

    @Override
    public Moment begin() {
      if (calls.incrementAndGet() > 3) {
        write(settling, settling + freezing);
      }
      return disk.begin();
    }

    private void write(int from, int to) {
      for (int block = from; block < to; block++) {
        disk.write(block * BLOCK, new byte[] {1, 2, 3});
      }
    }
  }

  @Test
  void whatDoesNotFitIntoMemoryTogetherIsNotHeld() {
    WatchedDisk disk = new WatchedDisk(BYTES, chance).freezable();
    Nudged stillness = new Nudged(disk, new AtomicInteger(), 3, 2);
    assertThatThrownBy(() -> backup(disk, stillness, roomFor(4), Lab.NEWEST))
        .isInstanceOf(CannotConverge.class)
        .hasMessageContaining("of memory to be read at one moment");
  }

  @Test
  void whatLeavesNoRoomForTheMomentIsStoredBefore() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance).freezable();
    Nudged stillness = new Nudged(disk, new AtomicInteger(), 4, 4);
    Snapshot snapshot = backup(disk, stillness, roomFor(4), Lab.NEWEST).snapshot();
    lab.assertRestores(snapshot, disk.atMoment());
  }

  private static Converge.Limits roomFor(int blocks) {
    return Converge.Limits.DEFAULT.withMemory(2L * blocks * BLOCK);
  }

  /// What is in use cannot be found out while it stands still.
  @Test
  void whereFindingOutWhatIsUsedTakesTooLongAllIsRead() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance).freezable();
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    Used slow =
        (still, ranges) -> {
          assertThat(still).as("looked for while it stood still").isFalse();
          now.updateAndGet(time -> time.plusSeconds(4));
          ranges.range(0, BLOCK);
        };
    InUse inUse = new InUse(disk.volume, disk, slow);
    NamedVolume named = new NamedVolume("image", disk.volume, Optional.of(inUse));
    BackupRequest.Sources sources =
        new BackupRequest.Sources(List.of(named), disk, Converge.Limits.DEFAULT);
    BackupRequest request = new BackupRequest(sources, Lab.GROUP, List.of(), Lab.NEWEST, true);
    Surroundings surroundings =
        new Surroundings(now::get, chance, lab.surroundings.owner(), lab.surroundings.threads());
    BackupReport report =
        new Backup(lab.repository, surroundings, Progress.NONE, new Cancellation()).run(request);
    lab.assertRestores(report.snapshot(), disk.atMoment());
    assertThat(report.warnings()).singleElement().asString().contains("all of it was read");
  }

  private static String fact(BackupReport report, String name) {
    return report.snapshot().details().volumes().getFirst().source().getOrDefault(name, "");
  }

  @Test
  void theImageIsOfTheMomentOfTheFreeze() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance).freezable();
    for (int round = 0; round < ROUNDS; round++) {
      disk.disturb(chance.nextInt(200));
      Snapshot snapshot = backup(disk, Lab.NEWEST).snapshot();
      lab.assertRestores(snapshot, disk.atMoment());
    }
    lab.assertClean();
  }

  @Test
  void aMomentInWhichSomebodyWroteIsTakenAgain() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance).freezable();
    disk.disturbAlways();
    disk.leak(2);
    lab.assertRestores(backup(disk, Lab.NEWEST).snapshot(), disk.atMoment());
    disk.leak(3);
    assertThatThrownBy(() -> backup(disk, Lab.NEWEST))
        .isInstanceOf(CannotConverge.class)
        .hasMessageContaining("did not stand still");
    assertThat(lab.snapshots()).hasSize(1);
  }

  @Test
  void withoutAnythingThatSeesWritesAllOfItIsReadInTheMoment() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance).freezable().unseen();
    for (int round = 0; round < 5; round++) {
      disk.disturb(chance.nextInt(200));
      BackupReport report = backup(disk, Lab.NEWEST);
      lab.assertRestores(report.snapshot(), disk.atMoment());
      assertThat(fact(report, "capture")).isEqualTo("freeze-and-read");
    }
  }

  /// There is no room for it in the moment.
  @Test
  void whatASnapshotKeepsIsReadBeforeTheOthersAreFrozen() throws Exception {
    WatchedDisk frozen = new WatchedDisk(BYTES, chance).freezable().unseen();
    WatchedDisk kept = new WatchedDisk(3 * BYTES, chance).kept();
    Converge.Limits limits = Converge.Limits.DEFAULT.withMemory(4L * BYTES);
    frozen.disturb(50);
    BackupRequest.Sources sources =
        new BackupRequest.Sources(
            List.of(
                new NamedVolume("frozen", frozen.volume, Optional.of(frozen.inUse())),
                new NamedVolume("kept", kept.volume, Optional.of(kept.inUse()))),
            frozen,
            limits);
    BackupRequest request = new BackupRequest(sources, Lab.GROUP, List.of(), Lab.NEWEST, true);
    BackupReport report =
        new Backup(lab.repository, lab.surroundings, Progress.NONE, new Cancellation())
            .run(request);
    lab.assertRestores(report.snapshot(), frozen.atMoment());
    assertThat(fact(report, "capture")).isEqualTo("freeze-and-read");
    assertThat(report.snapshot().details().volumes().getLast().source())
        .containsEntry("capture", "snapshot")
        .containsEntry("freezeMillis", "0")
        .containsEntry("passes", "1")
        .doesNotContainKey("tracker");
  }

  @Test
  void withoutFreezeTheImageIsOfAMomentWithoutWrites() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance);
    for (int round = 0; round < ROUNDS; round++) {
      disk.disturb(chance.nextInt(40));
      Snapshot snapshot = backup(disk, Lab.NEWEST).snapshot();
      lab.assertRestores(snapshot, disk.atMoment());
    }
  }

  @Test
  void withoutFreezeThereIsNoImageOfWhatIsWrittenToAllTheTime() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance);
    disk.disturbAlways();
    assertThatThrownBy(() -> backup(disk, Lab.NEWEST))
        .isInstanceOf(CannotConverge.class)
        .hasMessageContaining("is written to all the time");
    assertThat(lab.snapshots()).isEmpty();
  }

  @Test
  void whatWasLostSightOfIsNotCalledWrittenToAllTheTime() {
    String why = "a command was passed through to the disk";
    for (boolean freezable : List.of(true, false)) {
      WatchedDisk disk = new WatchedDisk(BYTES, chance);
      disk.lose(why);
      assertThatThrownBy(() -> backup(freezable ? disk.freezable() : disk, Lab.NEWEST))
          .isInstanceOf(CannotConverge.class)
          .hasMessageContaining("not every write to it was seen: " + why)
          .hasMessageNotContaining("all the time");
    }
  }

  @Test
  void whatIsMadeAnewMeanwhileIsNoBackupOfWhatWasThere() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance).freezable();
    byte[] swap = new byte[4096];
    ByteBuffer header = ByteBuffer.wrap(swap).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(1024, 1).putInt(1028, BYTES / 4096 - 1).put(1036, Bytes.random(chance, 16));
    header.put(4086, "SWAPSPACE2".getBytes(StandardCharsets.US_ASCII));
    disk.writeAfter(0, 0, swap);
    backup(disk, Lab.NEWEST);
    header.put(1036, Bytes.random(chance, 16));
    disk.writeAfter(10, 0, swap);
    assertThatThrownBy(() -> backup(disk, Lab.NEWEST))
        .isInstanceOf(SourceFailed.class)
        .hasMessageContaining("something else than when the backup began: the volume was swap");
    lab.assertRestores(backup(disk, Lab.NEWEST).snapshot(), disk.atMoment());
    assertThat(lab.snapshots()).hasSize(2);
  }

  @Test
  void onlyWhatWasWrittenIsRead() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance);
    assertEverythingRead(backup(disk, Lab.NEWEST), "no snapshot to compare with");
    disk.write();
    BackupReport second = backup(disk, Lab.NEWEST);
    assertThat(fact(second, "unchanged")).isEqualTo("not read");
    assertThat(second.snapshot().details().counts().blocksRead()).isBetween(1L, 3L);
    lab.assertRestores(second.snapshot(), disk.content);
  }

  @Test
  void everythingIsReadWhileACollectorIsAboutToRemovePacks() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance);
    Snapshot first = backup(disk, Lab.NEWEST).snapshot();
    Tombstones tombstones = new Tombstones(storage, lab.repository.config().repository());
    Tombstone tombstone = Tombstone.candidate(ObjectId.random(chance), packs());
    tombstones.publish(tombstone);
    BackupReport second = backup(disk, Lab.NEWEST);
    assertEverythingRead(second, "a collector");
    assertThat(lab.repository.forget(first)).isTrue();
    for (Storage.Entry pack : storage.list("packs")) {
      if (tombstone.packs().stream().anyMatch(gone -> pack.name().endsWith(gone.toString()))) {
        storage.delete(pack.name());
      }
    }
    tombstones.drop(tombstone);
    lab.assertRestores(second.snapshot(), disk.content);
  }

  private List<ObjectId> packs() throws Exception {
    return storage.list("packs").stream()
        .map(entry -> ObjectId.parse(entry.name().substring(entry.name().lastIndexOf('/') + 1)))
        .toList();
  }

  @Test
  void everythingIsReadWhenPacksAreMissing() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance);
    backup(disk, Lab.NEWEST);
    disk.write();
    backup(disk, Lab.NEWEST);
    storage.delete(storage.list("packs").getFirst().name());
    BackupReport third = backup(disk, Lab.NONE);
    assertEverythingRead(third, "no snapshot to compare with");
    BackupReport fourth = backup(disk, Lab.NEWEST);
    assertEverythingRead(fourth, "lacks packs");
    lab.assertRestores(fourth.snapshot(), disk.content);
  }

  @Test
  void everythingIsReadWhenARepairSetSomethingAside() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance);
    backup(disk, Lab.NEWEST);
    storage.publish("quarantine/index/x", Content.of(new byte[1]));
    assertEverythingRead(backup(disk, Lab.NEWEST), "a repair set something aside");
    assertThat(fact(backup(disk, Lab.NEWEST), "unchanged")).isEqualTo("not read");
  }

  @Test
  void everythingIsReadWhenTheSnapshotToCompareWithIsForgotten() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance);
    Snapshot first = backup(disk, Lab.NEWEST).snapshot();
    lab.repository.forget(first);
    BackupReport second = backup(disk, new Parent.Given(first));
    assertEverythingRead(second, "forgotten");
  }

  @Test
  void aTrackerThatMissedAWriteIsNotTrustedAgainWhateverComesBetween() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance);
    backup(disk, Lab.NEWEST);
    disk.blind();
    for (int i = 0; i < 500; i++) {
      disk.write();
    }
    BackupReport second = backup(disk, Lab.NEWEST);
    assertEverythingRead(second, "missed a write");
    lab.assertRestores(second.snapshot(), disk.content);
    Snapshot between = second.snapshot();
    lab.repository.forget(between);
    BackupReport third = backup(disk, new Parent.Given(between));
    assertEverythingRead(third, "forgotten");
    assertEverythingRead(backup(disk, Lab.NEWEST), "missed a write");
  }

  @Test
  void aDeviceThatReadsOtherwiseThoughNobodyWroteMakesNoSnapshot() throws Exception {
    WatchedDisk disk = new WatchedDisk(BYTES, chance);
    disk.blind();
    disk.disturb(500);
    assertThatThrownBy(() -> backup(disk, Lab.NEWEST))
        .isInstanceOf(SourceFailed.class)
        .hasMessageContaining("reads otherwise than before");
    assertThat(lab.snapshots()).isEmpty();
  }

  private static void assertEverythingRead(BackupReport report, String because) throws IOException {
    assertThat(fact(report, "because")).contains(because);
    assertThat(fact(report, "unchanged")).isEqualTo("read");
    assertThat(report.snapshot().details().counts().blocksRead())
        .isGreaterThanOrEqualTo(report.snapshot().details().counts().blocksTotal());
  }
}
