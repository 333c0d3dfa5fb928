package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.engine.restore.RestoreReport;
import cairn.engine.verify.CheckReport;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.FaultyStorage;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Listings that leave objects out, and objects that cannot be read: no committed byte is lost to
/// them, and no wrong byte is given out.
final class LyingStorageTest {
  private static final int BLOCK = 16 << 10;

  private final MemoryStorage storage = new MemoryStorage();
  private final Map<ObjectId, byte[]> contents = new HashMap<>();
  private byte[] source = new byte[0];
  private Lab lab;

  @BeforeEach
  void backUp(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    lab = Lab.create(storage, BLOCK, false, chance);
    source = Bytes.compressible(chance, 40 * BLOCK);
    contents.put(lab.backup(new MemoryVolume(source)).id(), source);
    source = Bytes.overwritten(source, 100, Bytes.random(chance, 10));
    contents.put(lab.backup(new MemoryVolume(source)).id(), source);
    source = Bytes.overwritten(source, 30 * BLOCK, Bytes.random(chance, 100_000));
  }

  @Test
  void aListingThatOmitsAnObjectCostsNoCommittedByte() throws Exception {
    for (Entry entry : storage.list("")) {
      FaultyStorage lying = new FaultyStorage(storage).omitFromLists(entry.name());
      Lab misled = lab.in(lying);
      assertNothingWrong(misled);
      misled.check();
      Snapshot next = misled.backup(new MemoryVolume(source));
      assertNothingWrong(misled);
      lying.heal();
      misled.assertClean();
      assertThat(misled.snapshots()).hasSize(3);
      misled.assertRestores(next, source);
      for (Snapshot snapshot : misled.snapshots()) {
        misled.assertRestores(snapshot, contents.getOrDefault(snapshot.id(), source));
      }
    }
  }

  @Test
  void aListingThatRepeatsAnObjectDoesNoHarm() throws Exception {
    for (Entry entry : storage.list("")) {
      Lab misled = lab.in(new FaultyStorage(storage).repeatInLists(entry.name()));
      assertNothingWrong(misled);
      Snapshot next = misled.backup(new MemoryVolume(source));
      misled.assertRestores(next, source);
    }
  }

  @Test
  void whatCannotBeReadIsUnknownAndNeverDamaged() throws Exception {
    for (Entry entry : storage.list("")) {
      if (!entry.name().equals("config")) {
        FaultyStorage failing = new FaultyStorage(storage);
        Lab hindered = lab.in(failing);
        failing.unreadable(entry.name());
        assertUnknown(hindered);
        Snapshot next = tryBackup(hindered);
        failing.heal();
        hindered.assertClean();
        assertThat(hindered.snapshots()).hasSize(next == null ? 2 : 3);
        assertNothingWrong(hindered);
      }
    }
  }

  private static void assertUnknown(Lab hindered) throws CorruptData {
    try {
      CheckReport report = hindered.check();
      assertThat(report.problems()).noneMatch(Problem.Corrupt.class::isInstance);
      assertThat(report.problems()).anyMatch(Problem.Unknown.class::isInstance);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("unreadable");
    }
  }

  private @Nullable Snapshot tryBackup(Lab hindered) throws CorruptData {
    try {
      return hindered.backup(new MemoryVolume(source));
    } catch (IOException e) {
      return null;
    }
  }

  @Test
  void storageThatFailsNowAndThenNeverLeadsToWrongBytes(Seed seed) throws Exception {
    FaultyStorage faulty = new FaultyStorage(storage);
    Lab shaken = lab.in(faulty).by(Lab.KILLED);
    int done = 0;
    for (int attempt = 0; attempt < 40; attempt++) {
      faulty.failAtRandom(seed.split(attempt).random(), 0.05);
      done += tryBackup(shaken) == null ? 0 : 1;
      try {
        assertNothingWrong(shaken);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("made to fail");
      }
      faulty.heal();
    }
    shaken.assertClean();
    assertNothingWrong(shaken);
    assertThat(shaken.snapshots()).hasSizeGreaterThanOrEqualTo(2 + done);
    assertThat(shaken.snapshots()).extracting(Snapshot::id).containsAll(contents.keySet());
  }

  private void assertNothingWrong(Lab misled) throws IOException, CorruptData {
    for (Snapshot snapshot : misled.snapshots()) {
      byte[] expect = contents.getOrDefault(snapshot.id(), source);
      MemorySink sink = new MemorySink(expect.length);
      RestoreReport report = misled.restore(snapshot, sink);
      if (report.problems().isEmpty()) {
        Bytes.assertSame(sink.bytes(), expect);
      }
      for (int from = 0; from < expect.length; from += BLOCK) {
        int end = Math.min(from + BLOCK, expect.length);
        assertThat(
                !sink.written(from, end - from)
                    || Arrays.equals(sink.bytes(), from, end, expect, from, end))
            .isTrue();
      }
    }
  }
}
