package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.engine.restore.RestoreReport;
import cairn.repository.Repository;
import cairn.repository.config.Layout;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.repository.pin.Pin;
import cairn.repository.session.ObjectNames;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Damage to any byte, and objects that are not what their name says: `check` tells of it, and a
/// restore never gives wrong bytes.
final class DamageTest {
  private static final int BLOCK = 16 << 10;

  /// A repository with two snapshots of a few small blocks, the second one with deltas.
  private static final class Small {
    final MemoryStorage storage = new MemoryStorage();
    final Map<ObjectId, byte[]> contents = new HashMap<>();
    final Lab lab;

    Small(boolean encrypt, RandomGenerator chance) throws Exception {
      this(encrypt, 0, chance);
    }

    Small(boolean encrypt, int parityPercent, RandomGenerator chance) throws Exception {
      Layout layout = Lab.layout(BLOCK).withParityPercent(parityPercent);
      lab = Lab.create(storage, layout, encrypt, chance).alone();
      byte[] first = Bytes.tiny(chance, 3, BLOCK);
      System.arraycopy(Bytes.random(chance, 100), 0, first, 1000, 100);
      contents.put(lab.backup(new MemoryVolume(first)).id(), first);
      byte[] second = Bytes.overwritten(first, 500, Bytes.random(chance, 4));
      contents.put(lab.backup(new MemoryVolume(second)).id(), second);
      for (ObjectId snapshot : List.copyOf(contents.keySet())) {
        Pin pin = new Pin(ObjectId.random(chance), snapshot, Instant.EPOCH, "");
        lab.repository.pins().add(pin);
      }
      assertWhole(lab);
    }

    List<String> names() {
      return storage.list("").stream().map(Entry::name).toList();
    }

    private void assertWhole(Lab good) throws Exception {
      good.assertClean();
      for (Snapshot snapshot : good.snapshots()) {
        good.assertRestores(snapshot, Bytes.of(contents, snapshot));
      }
    }

    /// @return whether the damage to the copy was told of
    boolean isReported(MemoryStorage copy) throws Exception {
      Lab damaged;
      try {
        damaged = lab.in(copy);
      } catch (CorruptData | IOException e) {
        return true; // the config
      }
      for (Snapshot snapshot : damaged.snapshots()) {
        assertNothingWrong(damaged, snapshot);
      }
      return !damaged.check().ok();
    }

    private void assertNothingWrong(Lab damaged, Snapshot snapshot) throws Exception {
      byte[] expect = Bytes.of(contents, snapshot);
      MemorySink sink = new MemorySink(expect.length);
      RestoreReport report = damaged.restore(snapshot, sink);
      for (int block = 0; block < expect.length / BLOCK; block++) {
        int from = block * BLOCK;
        if (isAffected(report, from)) {
          assertThat(sink.written(from, 1)).isFalse();
        } else {
          assertThat(Arrays.mismatch(sink.bytes(), from, from + BLOCK, expect, from, from + BLOCK))
              .isEqualTo(-1);
        }
      }
    }

    private static boolean isAffected(RestoreReport report, long offset) {
      return report.problems().stream()
          .filter(problem -> problem instanceof Problem.Affected)
          .map(Problem.Affected.class::cast)
          .anyMatch(lost -> lost.offset() <= offset && offset < lost.offset() + lost.length());
    }
  }

  @Test
  void everyFlippedByteIsReported(Seed seed) throws Exception {
    assertFlipsAreReported(new Small(false, seed.random()), 1, seed);
  }

  @Test
  void flippedBytesAreReportedWhenEncrypted(Seed seed) throws Exception {
    assertFlipsAreReported(new Small(true, seed.random()), 8, seed);
  }

  @Test
  void flippedBytesOfPacksWithParityAreReported(Seed seed) throws Exception {
    assertFlipsAreReported(new Small(false, 2, seed.random()), 128, seed);
  }

  /// Parity is told of when it is damaged, and costs no chunk.
  @Test
  void damageToParityIsReportedAsSuch(Seed seed) throws Exception {
    Small small = new Small(true, 2, seed.random());
    RandomGenerator chance = seed.random();
    for (String name : small.names()) {
      if (name.startsWith(Packs.PREFIX)) {
        byte[] good = small.storage.readAll(name);
        ObjectId pack = ObjectNames.last(name);
        PackDirectory directory = small.lab.repository.packs().directory(pack, good.length);
        int section = directory.offset() - directory.parityBytes();
        assertThat(directory.parityBytes()).isEqualTo(7 * 1024);
        assertParityIsNotBlamed(small, name, directory.blobsEnd() - 1);
        for (int at = section; at < directory.offset(); at += chance.nextInt(1, 400)) {
          byte[] bad = good.clone();
          bad[at] ^= (byte) chance.nextInt(1, 256);
          MemoryStorage copy = small.storage.copy();
          copy.tamper(name, bad);
          Lab damaged = small.lab.in(copy);
          assertThat(damaged.check().problems())
              .singleElement()
              .extracting(Problem::message)
              .asString()
              .startsWith("corrupt parity " + pack + " slot=");
          for (Snapshot snapshot : damaged.snapshots()) {
            damaged.assertRestores(snapshot, Bytes.of(small.contents, snapshot));
          }
        }
      }
    }
  }

  /// A damaged blob differs from what parity was made of, which is no fault of parity.
  private static void assertParityIsNotBlamed(Small small, String pack, int at) throws Exception {
    MemoryStorage copy = small.storage.copy();
    byte[] bad = copy.readAll(pack);
    bad[at] ^= 1;
    copy.tamper(pack, bad);
    assertThat(small.lab.in(copy).check().problems())
        .isNotEmpty()
        .noneMatch(problem -> problem.kind().equals("parity"));
  }

  private static void assertFlipsAreReported(Small small, int step, Seed seed) throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      Map<String, Future<List<String>>> missed = new HashMap<>();
      for (String name : small.names()) {
        Callable<List<String>> flips = () -> unreportedFlips(small, name, step, seed);
        missed.put(name, executor.submit(flips));
      }
      for (Future<List<String>> each : missed.values()) {
        assertThat(each.get()).isEmpty();
      }
    }
  }

  private static List<String> unreportedFlips(Small small, String name, int step, Seed seed)
      throws Exception {
    RandomGenerator chance = seed.split(name.hashCode()).random();
    byte[] good = small.storage.readAll(name);
    return IntStream.iterate(chance.nextInt(step), at -> at < good.length, at -> at + step)
        .filter(at -> {
          byte[] bad = good.clone();
          bad[at] ^= (byte) chance.nextInt(1, 256);
          return !isReported(small, name, bad);
        })
        .mapToObj(at -> name + " byte " + at)
        .collect(Collectors.toList());
  }

  private static boolean isReported(Small small, String name, byte[] bad) {
    MemoryStorage copy = small.storage.copy();
    copy.tamper(name, bad);
    try {
      return small.isReported(copy);
    } catch (Exception e) {
      throw new AssertionError(name, e);
    }
  }

  @Test
  void everyTruncatedOrLongerObjectIsReported(Seed seed) throws Exception {
    Small small = new Small(false, seed.random());
    for (String name : small.names()) {
      byte[] good = small.storage.readAll(name);
      for (int length : new int[] {0, 1, 31, good.length / 2, good.length - 1, good.length + 1}) {
        assertThat(isReported(small, name, Arrays.copyOf(good, length)))
            .as("%s of %d bytes, not %d", name, length, good.length)
            .isTrue();
      }
    }
  }

  @Test
  void everyMissingObjectIsReportedButSnapshotRecordsAndPins(Seed seed) throws Exception {
    Small small = new Small(false, seed.random());
    for (String name : small.names()) {
      MemoryStorage copy = small.storage.copy();
      copy.delete(name);
      boolean mayBeGone = name.startsWith("snapshots/") || name.startsWith("pins/");
      assertThat(small.isReported(copy)).as(name).isEqualTo(!mayBeGone);
    }
  }

  @Test
  void everyObjectInThePlaceOfAnotherIsReported(Seed seed) throws Exception {
    for (boolean encrypt : new boolean[] {false, true}) {
      Small small = new Small(encrypt, seed.random());
      for (String name : small.names()) {
        for (String other : small.names()) {
          if (!name.equals(other) && kind(name).equals(kind(other))) {
            MemoryStorage copy = small.storage.copy();
            copy.tamper(name, small.storage.readAll(other));
            copy.tamper(other, small.storage.readAll(name));
            assertThat(small.isReported(copy)).as(name + " and " + other).isTrue();
          }
        }
      }
    }
  }

  @Test
  void everyObjectOfAnotherRepositoryIsReported(Seed seed) throws Exception {
    Small small = new Small(false, seed.random());
    Small foreign = new Small(false, seed.split(1).random());
    for (String name : small.names()) {
      for (String other : foreign.names()) {
        if (!name.equals("config") && kind(name).equals(kind(other))) {
          assertThat(isReported(small, name, foreign.storage.readAll(other))).as(name).isTrue();
        }
      }
    }
  }

  private static String kind(String name) {
    return name.startsWith("sessions/") ? "sessions" : name.split("/", 2)[0];
  }

  @Test
  void aRecordThatGoesBadAfterItWasReadIsReported(Seed seed) throws Exception {
    Small small = new Small(false, seed.random());
    Snapshot first = small.lab.snapshots().getFirst();
    byte[] record = small.storage.readAll(first.name());
    record[record.length / 2] ^= 1;
    small.storage.tamper(first.name(), record);
    Repository.Listing listing = small.lab.repository.snapshots();
    assertThat(listing.snapshots()).doesNotContain(first);
    assertThat(listing.problems()).hasSize(1);
  }

  @Test
  void aForgottenSnapshotThatComesBackIsWhole(Seed seed) throws Exception {
    Small small = new Small(false, seed.random());
    Snapshot first = small.lab.snapshots().getFirst();
    byte[] record = small.storage.readAll(first.name());
    small.lab.repository.forget(first);
    assertThat(small.lab.snapshots()).hasSize(1);
    small.lab.backup(new MemoryVolume(new byte[BLOCK]));
    small.storage.tamper(first.name(), record);
    assertThat(small.lab.snapshots()).hasSize(3);
    small.lab.assertClean();
    small.lab.assertRestores(first, Bytes.of(small.contents, first));
  }

  @Test
  void anIndexThatComesBackAfterARebuildDoesNoHarm(Seed seed) throws Exception {
    Small small = new Small(false, seed.random());
    for (String name : small.names()) {
      if (name.startsWith("index/")) {
        byte[] index = small.storage.readAll(name);
        small.storage.delete(name);
        assertThat(small.lab.check().ok()).isFalse();
        small.lab.rebuild();
        small.assertWhole(small.lab);
        small.storage.tamper(name, index);
        small.assertWhole(small.lab);
      }
    }
  }

  @Test
  void aSessionRecordThatComesBackAsOpenDoesNoHarm(Seed seed) throws Exception {
    Small small = new Small(false, seed.random());
    small.contents.put(
        small.lab.by(Lab.KILLED).backup(new MemoryVolume(new byte[1])).id(), new byte[1]);
    for (String name : small.names()) {
      if (name.startsWith("sessions/committed/")) {
        String open = name.replace("committed", "open");
        small.storage.tamper(open, small.storage.readAll(name));
      }
    }
    small.assertWhole(small.lab);
    small.contents.put(small.lab.backup(new MemoryVolume(new byte[2])).id(), new byte[2]);
    small.assertWhole(small.lab);
    assertThat(small.lab.snapshots()).hasSize(4);
  }
}
