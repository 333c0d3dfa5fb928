package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.engine.backup.BackupReport;
import cairn.engine.restore.RestoreReport;
import cairn.repository.View;
import cairn.repository.index.Location;
import cairn.repository.pack.PackContent;
import cairn.repository.pack.Packs;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.storage.FaultyStorage;
import cairn.storage.MemoryStorage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The way out: exact bytes, or a precise account of what is lost.
final class RestoreTest {
  private static final int BLOCK = 16 << 10;
  private static final int LEAF = 1024 * BLOCK;

  /// Two leaves; data at both ends of the first and at the start of the second.
  private static final int SIZE = LEAF + 20 * BLOCK + 77;

  private final MemoryStorage storage = new MemoryStorage();
  private byte[] source = new byte[0];
  private Lab lab;
  private Snapshot snapshot;

  @BeforeEach
  void backUp(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    lab = Lab.create(storage, BLOCK, false, chance);
    source = new byte[SIZE];
    System.arraycopy(Bytes.random(chance, 40 * BLOCK), 0, source, 0, 40 * BLOCK);
    System.arraycopy(Bytes.random(chance, 40 * BLOCK), 0, source, LEAF - 20 * BLOCK, 40 * BLOCK);
    source[SIZE - 1] = 1;
    snapshot = lab.backup(new MemoryVolume(source).withHoles());
  }

  @Test
  void theReportCountsWhatWasDone() throws Exception {
    MemorySink all = new MemorySink(SIZE);
    RestoreReport report = lab.restore(snapshot, all, true);
    assertThat(report.bytesTotal()).isEqualTo(SIZE);
    assertThat(report.bytesWritten()).isEqualTo(80 * BLOCK + 77);
    assertThat(report.bytesVerified()).isEqualTo(SIZE).isEqualTo(all.bytesReadBack());
    assertThat(report.problems()).isEmpty();
    assertThat(all.finished()).isTrue();
    MemorySink sampled = new MemorySink(SIZE);
    assertThat(lab.restore(snapshot, sampled, false).bytesVerified())
        .isBetween(30L * BLOCK, 66L * BLOCK);
    Bytes.assertSame(sampled.bytes(), source);
  }

  @Test
  void aDamagedChunkCostsItsBlockAlone() throws Exception {
    Location damaged = flipChunkOf(snapshot, 7);
    MemorySink sink = new MemorySink(SIZE);
    RestoreReport report = lab.restore(snapshot, sink);
    assertThat(report.problems()).hasSize(2);
    assertThat(report.problems().getFirst())
        .isInstanceOf(Problem.Corrupt.class)
        .extracting(Problem::message)
        .asString()
        .startsWith("corrupt chunk " + damaged.id() + "@" + damaged.text() + ": ");
    assertThat(report.problems().getLast()).isEqualTo(affected(7L * BLOCK, BLOCK));
    assertAllBut(sink, 7 * BLOCK, BLOCK);
    assertThat(lab.check().problems()).contains(affected(7L * BLOCK, BLOCK));
  }

  @Test
  void damagedNeighboursAreOneRange() throws Exception {
    flipChunkOf(snapshot, 1023);
    flipChunkOf(snapshot, 1024);
    flipChunkOf(snapshot, 1044);
    RestoreReport report = lab.restore(snapshot, new MemorySink(SIZE));
    assertThat(report.problems().stream().filter(Problem.Affected.class::isInstance))
        .containsExactly(affected(1023L * BLOCK, 2 * BLOCK), affected(1044L * BLOCK, 77));
  }

  @Test
  void aDamagedNodeCostsWhatItSpans() throws Exception {
    try (View view = lab.repository.openView()) {
      ChunkId root = image(snapshot).root().orElseThrow().id();
      ChunkId leaf = view.nodes().load(image(snapshot).promise().orElseThrow()).items().get(1).id();
      assertThat(leaf).isNotEqualTo(root);
      flip(view.committed().find(leaf).getFirst());
    }
    MemorySink sink = new MemorySink(SIZE);
    RestoreReport report = lab.restore(snapshot, sink);
    assertThat(report.problems().getLast()).isEqualTo(affected(LEAF, SIZE - LEAF));
    assertAllBut(sink, LEAF, SIZE - LEAF);
    assertThat(lab.check().problems()).contains(affected(LEAF, SIZE - LEAF));
  }

  @Test
  void aMissingNodePackCostsEverythingAndTheNextBackupMakesItGood() throws Exception {
    storage.delete(Packs.name(packs(PackContent.NODES).getFirst()));
    MemorySink sink = new MemorySink(SIZE);
    RestoreReport report = lab.restore(snapshot, sink);
    assertThat(report.problems().getLast()).isEqualTo(affected(0, SIZE));
    byte[] changed = Bytes.overwritten(source, 3, new byte[] {1, 2, 3});
    BackupReport next = lab.backup(new MemoryVolume(changed).withHoles(), Lab.NEWEST);
    lab.assertRestores(next.snapshot(), changed);
    assertThat(next.bytesAdded()).isLessThan(10 * BLOCK);
  }

  @Test
  void whatLiesInTwoPlacesIsReadFromTheGoodOne() throws Exception {
    List<ObjectId> first = packs(PackContent.DATA);
    MemoryStorage aside = storage.copy();
    first.forEach(pack -> delete(Packs.name(pack)));
    assertThat(lab.check().ok()).isFalse();
    Snapshot again = lab.backup(new MemoryVolume(source), Lab.NEWEST).snapshot();
    lab.assertRestores(again, source);
    lab.assertRestores(snapshot, source);

    for (ObjectId pack : first) { // the first copies come back, damaged
      byte[] bytes = aside.readAll(Packs.name(pack));
      for (int at = 500; at < bytes.length - 10_000; at += 5_000) {
        bytes[at] ^= 1;
      }
      storage.tamper(Packs.name(pack), bytes);
    }
    assertThat(lab.check().problems()).isNotEmpty().noneMatch(Problem.Affected.class::isInstance);
    lab.assertRestores(snapshot, source);
  }

  @Test
  void anUnreadablePackIsUnknownNotDamaged() throws Exception {
    for (PackContent content : PackContent.values()) {
      String pack = Packs.name(packs(content).getFirst());
      Lab faulty = lab.in(new FaultyStorage(storage).unreadable(pack));
      MemorySink sink = new MemorySink(SIZE);
      RestoreReport report = faulty.restore(snapshot, sink);
      assertThat(report.problems())
          .noneMatch(Problem.Corrupt.class::isInstance)
          .anyMatch(Problem.Unknown.class::isInstance)
          .anyMatch(Problem.Affected.class::isInstance);
      assertThat(faulty.check().problems())
          .noneMatch(Problem.Corrupt.class::isInstance)
          .anyMatch(Problem.Unknown.class::isInstance);
    }
  }

  @Test
  void aBitThatFlipsOnTheWayCostsNothing() throws Exception {
    String pack = Packs.name(packs(PackContent.DATA).getFirst());
    Lab faulty = lab.in(new FaultyStorage(storage).flipOnRead(pack, 8 * 5000));
    Bytes.assertSame(faulty.restore(snapshot), source);
  }

  @Test
  void aTargetThatFailsOrLiesEndsTheRestore() {
    assertFails(new MemorySink(SIZE).unwritableAt(3 * BLOCK), "cannot write the target");
    assertFails(new MemorySink(SIZE).unwritableAt(500 * BLOCK), "cannot write the target");
    assertFails(new MemorySink(SIZE).failingToFinish(), "cannot sync the target");
    assertFails(new MemorySink(SIZE).losing(3 * BLOCK + 5), "offset " + 3 * BLOCK);
    assertFails(new MemorySink(SIZE).losing(500 * BLOCK), "offset " + 500 * BLOCK);
  }

  private void assertFails(MemorySink sink, String why) {
    assertThatThrownBy(() -> lab.restore(snapshot, sink))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why);
  }

  private Problem affected(long offset, long length) {
    return new Problem.Affected(snapshot.id().toString(), "image", offset, length);
  }

  private void assertAllBut(MemorySink sink, int offset, int length) {
    assertThat(sink.written(0, offset)).isTrue();
    assertThat(sink.written(offset, 1)).isFalse();
    byte[] expect = source.clone();
    Arrays.fill(expect, offset, offset + length, (byte) 0x5A);
    Bytes.assertSame(sink.bytes(), expect);
  }

  private static VolumeImage image(Snapshot of) {
    return of.details().volumes().getFirst();
  }

  private List<ObjectId> packs(PackContent content) throws Exception {
    try (View view = lab.repository.openView()) {
      return Locations.of(view).stream()
          .filter(at -> at.content() == content)
          .map(Location::pack)
          .distinct()
          .toList();
    }
  }

  private Location flipChunkOf(Snapshot of, long block) throws Exception {
    try (View view = lab.repository.openView()) {
      ChunkId id = view.tree(image(of)).chunks(block, 1)[0];
      Location place = view.committed().find(Objects.requireNonNull(id)).getFirst();
      flip(place);
      return place;
    }
  }

  private void flip(Location place) throws IOException {
    String pack = Packs.name(place.pack());
    byte[] bytes = storage.readAll(pack);
    int offset = place.place().offset();
    for (int at = offset; at < offset + place.place().storedLength(); at++) {
      bytes[at] ^= 4; // of a single bit, the decoder may make nothing
    }
    storage.tamper(pack, bytes);
  }

  private void delete(String name) {
    assertThat(storage.delete(name)).isTrue();
  }
}
