package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.repository.session.SessionFenced;
import cairn.repository.session.Sessions;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.MemoryStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Several at work in one repository at a time.
final class TogetherTest {
  private static final int BLOCK = 16 << 10;
  private static final int SIZE = 3_000_000;

  private final MemoryStorage storage = new MemoryStorage();
  private final Map<ObjectId, byte[]> contents = new ConcurrentHashMap<>();
  private Lab lab;
  private byte[] common = new byte[0];

  @BeforeEach
  void create(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    lab = Lab.create(storage, BLOCK, false, chance);
    common = Bytes.random(chance, SIZE);
  }

  @Test
  void twoBackupsAtOnce(Seed seed) throws Exception {
    for (int round = 0; round < 4; round++) {
      String group = round % 2 == 0 ? Lab.GROUP : "another";
      byte[] left = changed(seed.split(round));
      byte[] right = changed(seed.split(100 + round));
      CyclicBarrier start = new CyclicBarrier(2);
      Seed one = seed.split(200 + round);
      Seed other = seed.split(300 + round);
      atOnce(() -> backUp(Lab.GROUP, left, start, one), () -> backUp(group, right, start, other));
    }
    assertThat(lab.snapshots()).hasSize(8);
    assertWhole();
  }

  private byte[] changed(Seed seed) {
    RandomGenerator chance = seed.random();
    return Bytes.overwritten(common, chance.nextInt(SIZE / 2), Bytes.random(chance, SIZE / 4));
  }

  private boolean backUp(String group, byte[] source, CyclicBarrier start, Seed seed)
      throws Exception {
    Lab own = Lab.open(storage, null, Lab.surroundings(seed.random()));
    start.await();
    contents.put(own.backup(group, new MemoryVolume(source), Lab.NEWEST).snapshot().id(), source);
    return true;
  }

  @Test
  void checksBesideBackups(Seed seed) throws Exception {
    contents.put(lab.backup(new MemoryVolume(common)).id(), common);
    for (int round = 0; round < 4; round++) {
      byte[] source = changed(seed.split(round));
      Seed own = seed.split(round);
      CyclicBarrier start = new CyclicBarrier(2);
      atOnce(
          () -> backUp(Lab.GROUP, source, start, own),
          () -> {
            start.await();
            for (int i = 0; i < 5; i++) {
              lab.assertClean();
            }
            return true;
          });
    }
    assertWhole();
  }

  @Test
  void checksAndRestoresBesideAnyStepOfABackup() throws Exception {
    Snapshot first = lab.backup(new MemoryVolume(common));
    contents.put(first.id(), common);
    byte[] source = Bytes.overwritten(common, 0, new byte[SIZE / 2]);
    int[] looks = {0};
    MemoryVolume watched =
        new MemoryVolume(source)
            .onRead(offset -> {
              assertNoTrace(first);
              looks[0]++;
            });
    contents.put(lab.backup(watched).id(), source);
    assertThat(looks[0]).isGreaterThan(2);
    assertWhole();
  }

  private synchronized void assertNoTrace(Snapshot first) {
    try {
      lab.assertClean();
      assertThat(lab.snapshots()).containsExactly(first);
      lab.assertRestores(first, common);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void forgettingTheParentBesideABackup() throws Exception {
    Snapshot first = lab.backup(new MemoryVolume(common));
    byte[] source = Bytes.overwritten(common, 1000, new byte[100]);
    MemoryVolume volume = new MemoryVolume(source).onRead(offset -> forget(first));
    contents.put(lab.backup(volume).id(), source);
    assertThat(lab.snapshots()).hasSize(1);
    assertWhole();
  }

  private void forget(Snapshot snapshot) {
    try {
      lab.repository.forget(snapshot);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFencedBackupIsVoid() throws Exception {
    contents.put(lab.backup(new MemoryVolume(common)).id(), common);
    byte[] source = Bytes.overwritten(common, 0, Bytes.random(new Seed(1).random(), SIZE / 2));
    MemoryVolume volume = new MemoryVolume(source).onRead(offset -> fenceAll());
    assertThatThrownBy(() -> lab.backup(volume)).isInstanceOf(SessionFenced.class);
    assertThat(lab.snapshots()).hasSize(1);
    assertWhole();
    contents.put(lab.backup(new MemoryVolume(source)).id(), source);
    assertWhole();
  }

  private void fenceAll() {
    Sessions sessions = lab.repository.sessions();
    try {
      for (ObjectId session : sessions.list(Sessions.State.OPEN)) {
        sessions.end(session, Sessions.State.FENCED);
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void assertWhole() throws Exception {
    assertThat(lab.check().problems()).extracting(Problem::message).isEmpty();
    assertThat(lab.snapshots()).hasSameSizeAs(contents.keySet());
    for (Snapshot snapshot : lab.snapshots()) {
      lab.assertRestores(snapshot, Bytes.of(contents, snapshot));
    }
  }

  private static void atOnce(Callable<Boolean> left, Callable<Boolean> right) throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      List<Future<Boolean>> both = new ArrayList<>();
      both.add(executor.submit(left));
      both.add(executor.submit(right));
      for (Future<Boolean> each : both) {
        assertThat(each.get()).isTrue();
      }
    }
  }
}
