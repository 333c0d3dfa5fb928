package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.engine.backup.Backup;
import cairn.engine.backup.BackupReport;
import cairn.engine.backup.BackupRequest;
import cairn.engine.capture.SourceFailed;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.MemoryStorage;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Sources that fail, change and lie.
final class SourceTest {
  private static final int BLOCK = 64 << 10;
  private static final int SIZE = 8 << 20;

  private RandomGenerator chance = new Seed(0).random();
  private Lab lab;

  @BeforeEach
  void create(Seed seed) throws Exception {
    chance = seed.random();
    lab = Lab.create(new MemoryStorage(), BLOCK, false, chance);
  }

  @Test
  void aReadErrorNamesTheOffsetAndWhatWasUploadedHelpsTheNextRun() throws Exception {
    byte[] source = Bytes.random(chance, SIZE);
    MemoryVolume failing = new MemoryVolume(source).unreadableAt(7_000_003);
    assertThatThrownBy(() -> lab.backup(failing))
        .isInstanceOf(SourceFailed.class)
        .hasMessageContaining("7000003");
    assertNothingVisible();

    BackupReport next = lab.backup(new MemoryVolume(source), Lab.NEWEST);
    assertThat(next.bytesAdded()).isLessThan(SIZE - 3_000_000);
    lab.assertClean();
    lab.assertRestores(next.snapshot(), source);
  }

  @Test
  void aTinySourceBesideALargeOne() throws Exception {
    MemoryVolume tiny = new MemoryVolume(Bytes.random(chance, 3 * BLOCK));
    MemoryVolume large = new MemoryVolume(Bytes.random(chance, SIZE));
    BackupRequest.Sources sources =
        BackupRequest.Sources.atRest(
            List.of(
                new BackupRequest.NamedVolume("tiny", tiny),
                new BackupRequest.NamedVolume("large", large)));
    BackupRequest request = new BackupRequest(sources, "both", List.of(), Lab.NONE, true);
    Snapshot snapshot =
        new Backup(lab.repository, lab.surroundings, Progress.NONE, new Cancellation())
            .run(request)
            .snapshot();
    assertThat(snapshot.details().volumes()).hasSize(2);
    lab.assertClean();
  }

  @Test
  void aSourceThatIsWrittenMeanwhileIsASnapshotWithAWarning() throws Exception {
    byte[] source = Bytes.random(chance, SIZE);
    BackupReport report = lab.backup(new MemoryVolume(source).writtenMeanwhile(), Lab.NEWEST);
    assertThat(report.warnings()).singleElement().asString().contains("was written to");
    assertThat(lab.backup(new MemoryVolume(source), Lab.NEWEST).warnings()).isEmpty();
  }

  @Test
  void aSourceThatChangesItsSizeIsNoSnapshot() throws Exception {
    byte[] source = Bytes.random(chance, SIZE);
    MemoryVolume changed = new MemoryVolume(source).withChangedSize();
    assertThatThrownBy(() -> lab.backup(changed))
        .isInstanceOf(SourceFailed.class)
        .hasMessageContaining("another size");
    assertNothingVisible();

    BackupReport next = lab.backup(new MemoryVolume(source), Lab.NEWEST);
    assertThat(next.bytesAdded()).isLessThan(20_000);
    lab.assertClean();
    lab.assertRestores(next.snapshot(), source);
  }

  @Test
  void aPersonWhoStopsKeepsWhatWasUploaded() throws Exception {
    byte[] source = Bytes.random(chance, SIZE);
    Cancellation cancellation = new Cancellation();
    MemoryVolume volume =
        new MemoryVolume(source)
            .onRead(offset -> {
              if (offset >= 7_000_000) {
                cancellation.cancel();
              }
            });
    assertThatThrownBy(() -> lab.backup(Lab.GROUP, volume, Lab.NEWEST, cancellation))
        .isInstanceOf(Cancellation.Cancelled.class);
    assertNothingVisible();

    BackupReport next = lab.backup(new MemoryVolume(source), Lab.NEWEST);
    assertThat(next.bytesAdded()).isLessThan(SIZE - 3_000_000);
    lab.assertClean();
    lab.assertRestores(next.snapshot(), source);
  }

  private void assertNothingVisible() throws Exception {
    assertThat(lab.snapshots()).isEmpty();
    lab.assertClean();
  }

  @Test
  void aHoleThatHoldsDataWhereItBeginsIsFound() throws Exception {
    assertLieIsFound(Bytes.random(chance, BLOCK), 0);
  }

  @Test
  void aHoleThatHoldsDataWhereItEndsIsFound() throws Exception {
    assertLieIsFound(Bytes.random(chance, BLOCK), 1 << 20);
  }

  /// Data, then a hole of 1 MiB and a block which in truth holds `lie` at the offset, then data.
  private void assertLieIsFound(byte[] lie, int offset) throws Exception {
    byte[] source = Bytes.random(chance, SIZE);
    int from = 3 << 20;
    System.arraycopy(new byte[(1 << 20) + BLOCK], 0, source, from, (1 << 20) + BLOCK);
    System.arraycopy(lie, 0, source, from + offset, lie.length);
    MemoryVolume volume = new MemoryVolume(source).withHole(from, (1 << 20) + BLOCK);
    assertGoodWithWarning(lab.backup(volume, Lab.NEWEST), source);
  }

  @Test
  void theEndsOfHolesAreFoundWhereverTheyLie() throws Exception {
    int window = 1024 * BLOCK / 4; // the smallest blocks
    Lab small = Lab.create(new MemoryStorage(), BLOCK / 4, false, chance);
    for (int[] hole : new int[][] {{0, 2 * window}, {BLOCK, window}, {window, 3 * window}}) {
      for (int at : new int[] {hole[0], hole[1] - BLOCK / 4}) {
        byte[] source = new byte[3 * window];
        source[hole[1] % source.length] = 1;
        source[at + 9] = 1;
        MemoryVolume lying = new MemoryVolume(source).withHole(hole[0], hole[1] - hole[0]);
        BackupReport report = small.backup("" + at, lying, Lab.NONE);
        assertThat(report.warnings()).hasSize(1);
        small.assertRestores(report.snapshot(), source);
      }
    }
  }

  @Test
  void aHoleThatHoldsDataWhereTheParentDoesIsFound() throws Exception {
    byte[] before = Bytes.random(chance, SIZE);
    lab.backup(new MemoryVolume(before));
    byte[] after = Bytes.overwritten(before, 1 << 20, new byte[2 << 20]);
    byte[] inside = Bytes.random(chance, 1);
    inside[0] |= 1;
    after = Bytes.overwritten(after, (2 << 20) + 12_345, inside);
    MemoryVolume volume = new MemoryVolume(after).withHole(1 << 20, 2 << 20);
    assertGoodWithWarning(lab.backup(volume, Lab.NEWEST), after);
  }

  private void assertGoodWithWarning(BackupReport report, byte[] source) throws Exception {
    assertThat(report.warnings()).hasSize(1).first().asString().contains("hole");
    lab.assertClean();
    lab.assertRestores(report.snapshot(), source);
  }

  @Test
  void anHonestHoleIsNotReadAndDrawsNoWarning() throws Exception {
    byte[] source = new byte[64 << 20];
    System.arraycopy(Bytes.random(chance, 1000), 0, source, 40_000_000, 1000);
    BackupReport report = lab.backup(new MemoryVolume(source).withHoles(), Lab.NEWEST);
    assertThat(report.warnings()).isEmpty();
    assertThat(report.snapshot().details().counts().blocksRead()).isLessThan(10);
    lab.assertRestores(report.snapshot(), source);
  }

  @Test
  void whatIsUnchangedIsNotStoredAgain() throws Exception {
    byte[] source = Bytes.random(chance, SIZE);
    Snapshot first = lab.backup(new MemoryVolume(source));
    BackupReport second = lab.backup(new MemoryVolume(source), Lab.NEWEST);
    assertThat(second.snapshot().details().parent()).contains(first.id());
    assertThat(second.snapshot().details().counts().blocksNew()).isZero();
    assertThat(second.bytesAdded()).isLessThan(2_000);
    assertThat(lab.snapshots()).isEqualTo(List.of(first, second.snapshot()));
  }
}
