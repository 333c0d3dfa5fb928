package cairn.repository.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.repository.crypto.Protection;
import cairn.repository.index.Index;
import cairn.repository.index.Location;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.repository.read.ChunkReader;
import cairn.repository.test.RecordingStorage;
import cairn.repository.test.Samples;
import cairn.storage.Content;
import cairn.storage.FaultyStorage;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WriteSessionTest {
  private static final ObjectId FIRST = Samples.objectId(1);
  private static final ObjectId SECOND = Samples.objectId(2);
  private static final byte[] RECORD = {1, 2, 3};

  private final MemoryStorage storage = new MemoryStorage();
  private final List<byte[]> chunks = new ArrayList<>();
  private RandomGenerator chance = new Seed(0).random();

  @BeforeEach
  void newChunks(Seed seed) {
    chance = seed.random();
    for (int i = 0; i < 5; i++) {
      chunks.add(seed.split(i).bytes(500));
    }
  }

  /// Session record, tombstones, committed sessions, indexes, packs; then packs, index, snapshot,
  /// commit.
  @Test
  void theOrderIsThatOfTheProtocol() throws Exception {
    commitUploads(FIRST, chunks.getFirst());
    ObjectId collection = Samples.objectId(7);
    Tombstone tombstone = Tombstone.candidate(collection, List.of(Samples.objectId(8)));
    storage.publish("gc/" + collection, Content.of(tombstone.toBytes(Samples.REPOSITORY)));
    RecordingStorage recording = new RecordingStorage(storage);
    try (WriteSession session = Writing.open(recording, SECOND, chance)) {
      assertThat(recording.takeCalls())
          .containsExactly(
              "publish sessions/open/" + SECOND,
              "list gc",
              "read gc/" + collection,
              "list index",
              "list sessions/committed",
              "list index",
              "read index/" + FIRST,
              "list packs");
      Writing.store(session, chunks.get(1));
      Writing.store(session, chunks.get(2));
      session.touch();
      assertThat(recording.takeCalls())
          .containsExactly("touch sessions/open/" + SECOND, "stat sessions/open/" + SECOND);
      session.commit(Writing.SNAPSHOT, RECORD);
    }
    List<String> calls = recording.takeCalls();
    assertThat(calls).hasSize(4);
    assertThat(calls.get(0)).startsWith("publish packs/");
    assertThat(calls.subList(1, 4))
        .containsExactly(
            "publish index/" + SECOND,
            "publish " + Writing.SNAPSHOT,
            "move sessions/open/" + SECOND + " to sessions/committed/" + SECOND);
  }

  @Test
  void fullPacksArePublishedOnTheWayAndTheIndexKnowsAll(Seed seed) throws Exception {
    try (WriteSession session = Writing.open(storage, FIRST, 1200, chance)) {
      for (byte[] chunk : chunks) {
        assertThat(Writing.store(session, chunk)).isTrue();
        assertThat(Writing.store(session, chunk)).isFalse();
      }
      session.commitUploads();
    }
    assertThat(storage.list("packs")).hasSize(2);
    try (CommittedIndex index = committed();
        ChunkReader reader = new ChunkReader(storage, index.index(), Protection.clear())) {
      assertThat(index.index().size()).isEqualTo(5);
      for (byte[] chunk : chunks) {
        assertThat(reader.read(Writing.id(chunk))).isEqualTo(chunk);
      }
    }
  }

  @Test
  void whatWasUploadedHelpsTheNextSession() throws Exception {
    commitUploads(FIRST, chunks.get(0), chunks.get(1));
    try (WriteSession session = Writing.open(storage, SECOND, chance)) {
      assertThat(Writing.store(session, chunks.get(0))).isFalse();
      assertThat(Writing.store(session, chunks.get(2))).isTrue();
      assertThat(session.findPlain(Writing.id(chunks.get(1)))).isNotNull();
    }
  }

  @Test
  void theIndexOfASessionThatIsNotCommittedCountsForNothing() throws Exception {
    for (Sessions.State state : List.of(Sessions.State.OPEN, Sessions.State.FENCED)) {
      ObjectId id = Samples.objectId(state == Sessions.State.OPEN ? 5 : 6);
      try (WriteSession session = Writing.open(storage, id, chance)) {
        Writing.store(session, chunks.get(state == Sessions.State.OPEN ? 0 : 1));
        session.publishData();
      }
      if (state == Sessions.State.FENCED) {
        assertThat(sessions().end(id, state)).isTrue();
      }
      assertThat(storage.stat(Index.name(id)).size()).isPositive();
    }
    try (WriteSession session = Writing.open(storage, SECOND, chance)) {
      assertThat(session.index().segments()).isEmpty();
      assertThat(Writing.store(session, chunks.get(0))).isTrue();
      assertThat(Writing.store(session, chunks.get(1))).isTrue();
    }
  }

  @Test
  void packsOfATombstoneAreNotReferredTo() throws Exception {
    commitUploads(FIRST, chunks.get(0));
    ObjectId pack = packs().getFirst();
    publishTombstone(pack);
    try (WriteSession session = Writing.open(storage, SECOND, chance)) {
      assertThat(session.find(Writing.id(chunks.get(0)))).isNull();
      assertThat(session.findPlain(Writing.id(chunks.get(0)))).isNull();
      assertThat(Writing.store(session, chunks.get(0))).isTrue();
      assertThat(session.adoptUsable(directory(pack))).isZero();
    }
  }

  /// An index that outlived its pack: a collector removes index entries first, but a reader of the
  /// old index may come late.
  @Test
  void packsThatAreGoneAreNotReferredTo() throws Exception {
    commitUploads(FIRST, chunks.get(0));
    storage.delete(Packs.name(packs().getFirst()));
    try (WriteSession session = Writing.open(storage, SECOND, chance)) {
      assertThat(session.find(Writing.id(chunks.get(0)))).isNull();
    }
  }

  /// Liveness of a delta keeps its base alive, so both must be usable.
  @Test
  void aDeltaIsReferredToOnlyWithItsBaseAndIsNoBaseItself() throws Exception {
    byte[] base = chunks.get(0);
    byte[] changed = base.clone();
    changed[77] ^= 1;
    commitUploads(FIRST, base);
    ObjectId pack = packs().getFirst();
    try (WriteSession session = Writing.open(storage, SECOND, chance)) {
      assertThat(session.claim(Writing.id(changed))).isTrue();
      Writing.storeDelta(session, changed, base);
      session.commitUploads();
    }
    try (WriteSession session = Writing.open(storage, Samples.objectId(3), chance)) {
      assertThat(session.find(Writing.id(changed))).isNotNull();
      assertThat(session.findPlain(Writing.id(changed))).isNull();
      assertThat(session.findPlain(Writing.id(base))).isNotNull();
    }
    publishTombstone(pack);
    try (WriteSession session = Writing.open(storage, Samples.objectId(4), chance)) {
      assertThat(session.find(Writing.id(changed))).isNull();
    }
  }

  @Test
  void aFencedSessionCannotCommit() throws Exception {
    try (WriteSession session = Writing.open(storage, FIRST, chance)) {
      Writing.store(session, chunks.get(0));
      assertThat(sessions().end(FIRST, Sessions.State.FENCED)).isTrue();
      assertThatThrownBy(() -> session.commit(Writing.SNAPSHOT, RECORD))
          .isInstanceOf(SessionFenced.class)
          .hasMessageContaining("session " + FIRST + " was fenced");
      assertThatThrownBy(session::commitUploads).isInstanceOf(IOException.class);
    }
    assertThat(sessions().list(Sessions.State.FENCED)).containsExactly(FIRST);
    assertThat(sessions().list(Sessions.State.COMMITTED)).isEmpty();
    try (CommittedIndex index = committed()) {
      assertThat(index.find(Writing.id(chunks.get(0)))).isEmpty();
    }
  }

  @Test
  void aSignOfLifeOfAFencedSessionTellsIt() throws Exception {
    try (WriteSession session = Writing.open(storage, FIRST, chance)) {
      session.touch();
      sessions().end(FIRST, Sessions.State.FENCED);
      assertThatThrownBy(session::touch).isInstanceOf(SessionFenced.class);
      assertFinished(session);
    }
  }

  @Test
  void aSessionEndsOnce() throws Exception {
    commitUploads(FIRST, chunks.get(0));
    assertThat(sessions().end(FIRST, Sessions.State.FENCED)).isFalse();
    assertThat(sessions().list(Sessions.State.COMMITTED)).containsExactly(FIRST);
    assertThat(sessions().read(Sessions.State.COMMITTED, FIRST)).isEqualTo(Samples.session(FIRST));
  }

  /// Every operation fails once, before and after it is done. Only an index that cannot be read
  /// does not end the session: it costs space, not safety.
  @Test
  void theFirstFailureIsFinalWhereverItHappens() throws Exception {
    commitUploads(FIRST, chunks.get(0));
    for (int operation = 1; ; operation++) {
      for (boolean after : new boolean[] {false, true}) {
        FaultyStorage faulty = new FaultyStorage(storage);
        faulty = after ? faulty.failAfter(operation) : faulty.failBefore(operation);
        boolean done = runToTheEnd(faulty);
        if (faulty.operations() < operation) {
          assertThat(done).isTrue();
          assertThat(operation).isGreaterThan(8);
          return;
        }
      }
    }
  }

  private boolean runToTheEnd(FaultyStorage faulty) throws Exception {
    WriteSession session;
    try {
      session = Writing.open(faulty, SECOND, chance);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("made to fail");
      return false;
    }
    try (session) {
      session.touch();
      Writing.store(session, chunks.get(1));
      session.commit(Writing.SNAPSHOT, RECORD);
      return true;
    } catch (IOException e) {
      assertThat(e).hasStackTraceContaining("made to fail");
      long changes = faulty.changes();
      assertFinished(session);
      assertThat(faulty.changes()).isEqualTo(changes);
      return false;
    }
  }

  private void assertFinished(WriteSession session) {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(session::touch).hasMessageStartingWith("the session failed before: ");
      assertThatThrownBy(session::publishData).isInstanceOf(IOException.class);
      assertThatThrownBy(session::commitUploads).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> session.commit(Writing.SNAPSHOT, RECORD))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> session.claim(Writing.id(chunks.get(4))))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> Writing.store(session, chunks.get(4)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aPackThatCannotBePublishedEndsTheSession() throws Exception {
    FaultyStorage faulty = new FaultyStorage(storage);
    try (WriteSession session = Writing.open(faulty, FIRST, 400, chance)) {
      faulty.fullAfter(100);
      Throwable thrown =
          catchThrowable(() -> {
            for (byte[] chunk : chunks) {
              Writing.store(session, chunk);
            }
            session.publishData();
          });
      assertThat(thrown).isInstanceOf(IOException.class).hasMessageContaining("no space left");
      assertFinished(session);
    }
    assertThat(faulty.objects().list("packs")).isEmpty();
    assertThat(faulty.objects().list("index")).isEmpty();
  }

  @Test
  void afterThePublishedIndexNothingIsAppended() throws Exception {
    try (WriteSession session = Writing.open(storage, FIRST, chance)) {
      Writing.store(session, chunks.get(0));
      long bytes = session.publishData();
      assertThat(bytes).isEqualTo(storage.bytesUsed());
      assertThat(session.publishData()).isEqualTo(bytes);
      assertThatThrownBy(() -> Writing.store(session, chunks.get(1)))
          .isInstanceOf(IllegalStateException.class);
      assertFinished(session);
    }
  }

  /// A node may name a chunk that somebody only took on to store.
  @Test
  void whileAChunkIsClaimedAndNotStoredNothingIsCommitted() throws Exception {
    try (WriteSession session = Writing.open(storage, FIRST, chance)) {
      session.claim(Writing.id(chunks.get(0)));
      assertThatThrownBy(() -> session.commit(Writing.SNAPSHOT, RECORD))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(storage.list("snapshots")).isEmpty();
    try (WriteSession session = Writing.open(storage, SECOND, chance)) {
      session.claim(Writing.id(chunks.get(0)));
      session.dropClaims();
      assertThat(Writing.store(session, chunks.get(0))).isTrue();
      session.commit(Writing.SNAPSHOT, RECORD);
    }
    assertThat(sessions().list(Sessions.State.COMMITTED)).containsExactly(SECOND);
  }

  @Test
  void aSessionWithoutBlobsHasNoIndex() throws Exception {
    commitUploads(FIRST);
    assertThat(storage.list("index")).isEmpty();
    assertThat(storage.list("packs")).isEmpty();
    assertThat(sessions().list(Sessions.State.COMMITTED)).containsExactly(FIRST);
  }

  @Test
  void aDamagedIndexCostsSpaceNotTheSession() throws Exception {
    commitUploads(FIRST, chunks.get(0));
    byte[] index = storage.readAll(Index.name(FIRST));
    for (int at : new int[] {50, 4096 + 5}) {
      byte[] damaged = index.clone();
      damaged[at] ^= 1;
      storage.tamper(Index.name(FIRST), damaged);
      try (WriteSession session = Writing.open(storage, Samples.objectId(20 + at % 64), chance)) {
        assertThat(session.find(Writing.id(chunks.get(0)))).isNull();
        assertThat(session.warnings()).hasSize(1);
        assertThat(session.warnings().getFirst().message()).startsWith("corrupt index " + FIRST);
        assertThat(session.leaveOutDamagedIndexes()).containsExactly(FIRST);
        assertThat(session.index().segments()).isEmpty();
      }
    }
  }

  @Test
  void aDamagedTombstoneStopsTheSession() throws Exception {
    publishTombstone(Samples.objectId(8));
    String name = storage.list("gc").getFirst().name();
    byte[] record = storage.readAll(name);
    record[60] ^= 1;
    storage.tamper(name, record);
    assertThatThrownBy(() -> Writing.open(storage, FIRST, chance))
        .isInstanceOf(CorruptData.class)
        .hasMessageStartingWith("corrupt tombstone ");
  }

  /// What no index lists is listed again; what one lists already is not.
  @Test
  void aPackIsAdoptedOnce() throws Exception {
    commitUploads(FIRST, chunks.get(0), chunks.get(1));
    storage.delete(Index.name(FIRST));
    PackDirectory directory = directory(packs().getFirst());
    try (WriteSession session = Writing.open(storage, SECOND, chance)) {
      assertThat(session.find(Writing.id(chunks.get(0)))).isNull();
      assertThat(session.adoptUsable(directory)).isEqualTo(2);
      session.commitUploads();
    }
    try (WriteSession session = Writing.open(storage, Samples.objectId(3), chance)) {
      Location found = session.find(Writing.id(chunks.get(0)));
      assertThat(Objects.requireNonNull(found).pack()).isEqualTo(directory.pack());
      assertThat(session.adoptUsable(directory)).isZero();
    }
  }

  private void publishTombstone(ObjectId pack) throws IOException {
    ObjectId id = ObjectId.random(chance);
    byte[] record = Tombstone.candidate(id, List.of(pack)).toBytes(Samples.REPOSITORY);
    storage.publish("gc/" + id, Content.of(record));
  }

  private void commitUploads(ObjectId id, byte[]... stored) throws Exception {
    try (WriteSession session = Writing.open(storage, id, chance)) {
      for (byte[] chunk : stored) {
        Writing.store(session, chunk);
      }
      session.commitUploads();
    }
  }

  private CommittedIndex committed() throws IOException, CorruptData {
    return CommittedIndex.open(new Packs(storage, Samples.REPOSITORY, Protection.clear()));
  }

  private Sessions sessions() {
    return new Sessions(storage, Samples.REPOSITORY);
  }

  private List<ObjectId> packs() throws Exception {
    List<ObjectId> ids = new ArrayList<>();
    for (Storage.Entry entry : storage.list("packs")) {
      ids.add(ObjectNames.last(entry.name()));
    }
    return ids;
  }

  private PackDirectory directory(ObjectId pack) throws IOException, CorruptData {
    long size = storage.stat(Packs.name(pack)).size();
    return new Packs(storage, Samples.REPOSITORY, Protection.clear()).directory(pack, size);
  }
}
