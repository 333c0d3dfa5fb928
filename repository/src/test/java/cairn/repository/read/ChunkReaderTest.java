package cairn.repository.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.test.Seed;
import cairn.repository.chunk.Codec;
import cairn.repository.chunk.Encoding;
import cairn.repository.crypto.Protection;
import cairn.repository.index.Index;
import cairn.repository.index.Location;
import cairn.repository.pack.Blob;
import cairn.repository.pack.BlobEntry;
import cairn.repository.pack.PackBuilder;
import cairn.repository.pack.PackContent;
import cairn.repository.pack.Packs;
import cairn.repository.session.SessionRecord;
import cairn.repository.session.WriteSession;
import cairn.repository.test.Samples;
import cairn.repository.write.PackWriter;
import cairn.storage.FaultyStorage;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two copies of a chunk, and two of another that is a delta in one of them.
class ChunkReaderTest {
  private final MemoryStorage storage = new MemoryStorage();
  private final List<ObjectId> packs = new ArrayList<>();
  private byte[] base = {};
  private byte[] chunk = {};

  @BeforeEach
  void write(Seed seed) throws Exception {
    base = seed.bytes(400);
    chunk = base.clone();
    chunk[9] ^= 1;
    for (int copy = 0; copy < 2; copy++) {
      Packs all = new Packs(storage, Samples.REPOSITORY, Protection.clear());
      ObjectId pack = Samples.objectId(copy + 10);
      PackBuilder builder =
          new PackBuilder(all, pack, Samples.objectId(3), PackContent.DATA, new ByteWriter(2000));
      append(builder, base, Encoding.RAW);
      append(builder, chunk, copy == 0 ? Encoding.RAW : Encoding.ZSTD_DELTA);
      storage.publish(Packs.name(pack), builder.finish().content());
      packs.add(pack);
    }
    adopt();
  }

  private void append(PackBuilder builder, byte[] content, Encoding encoding) throws CorruptData {
    Slice encoded = Slice.of(content);
    if (encoding == Encoding.ZSTD_DELTA) {
      byte[] room = new byte[Codec.boundBytes(content.length)];
      try (Codec codec = new Codec(1)) {
        encoded = Slice.of(room, 0, codec.compressDelta(encoded, base, Slice.of(room)));
      }
    }
    ChunkId of = encoding == Encoding.ZSTD_DELTA ? id(base) : null;
    builder.append(new Blob(id(content), content.length, encoding, of, Blob.NO_CLEAR, encoded));
  }

  private void adopt() throws Exception {
    Packs all = new Packs(storage, Samples.REPOSITORY, Protection.clear());
    SessionRecord record = Samples.session(Samples.objectId(4));
    PackWriter.Tools tools = new PackWriter.Tools(1 << 20, new Seed(1).random(), 2);
    try (WriteSession session = WriteSession.open(all, record, tools)) {
      for (ObjectId pack : packs) {
        session.adoptAll(all.directory(pack, storage.stat(Packs.name(pack)).size()));
      }
      session.commitUploads();
    }
  }

  @Test
  void everyPlaceGivesTheChunk() throws Exception {
    try (Reading reading = new Reading(storage)) {
      for (byte[] wanted : List.of(base, chunk)) {
        List<Location> places = reading.find(id(wanted));
        assertThat(places).hasSize(2);
        for (Location place : places) {
          assertThat(reading.chunks.read(place)).isEqualTo(wanted);
        }
      }
    }
  }

  @Test
  void aDamagedCopyIsNoLossWhileAnotherIsGood() throws Exception {
    for (ObjectId pack : packs) {
      FaultyStorage faulty = new FaultyStorage(storage).flipAtRest(Packs.name(pack), 70 * 8);
      try (Reading reading = new Reading(faulty)) {
        assertThat(reading.chunks.read(id(base))).isEqualTo(base);
        assertThat(reading.chunks.read(id(chunk))).isEqualTo(chunk);
      }
    }
  }

  @Test
  void whenAllCopiesAreDamagedItIsSaidWhere() throws Exception {
    FaultyStorage faulty = new FaultyStorage(storage);
    for (ObjectId pack : packs) {
      faulty.flipAtRest(Packs.name(pack), 70 * 8);
    }
    try (Reading reading = new Reading(faulty)) {
      assertThatThrownBy(() -> reading.chunks.read(id(base)))
          .isInstanceOf(CorruptData.class)
          .hasMessageMatching(
              "corrupt chunk "
                  + id(base)
                  + "@(0a){16}:64: id, .*|corrupt chunk "
                  + id(base)
                  + "@(0b){16}:64: id, .*");
    }
  }

  /// Truth 6: one copy damaged, the other unreadable, so nothing is known for certain.
  @Test
  void whatCouldNotBeReadIsUnknownNotDamaged() throws Exception {
    for (int unreadable = 0; unreadable < 2; unreadable++) {
      FaultyStorage faulty =
          new FaultyStorage(storage)
              .unreadable(Packs.name(packs.get(unreadable)))
              .flipAtRest(Packs.name(packs.get(1 - unreadable)), 70 * 8);
      try (Reading reading = new Reading(faulty)) {
        assertThatThrownBy(() -> reading.chunks.read(id(base)))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("made to be unreadable");
      }
      faulty.close();
    }
  }

  @Test
  void aChunkThatNoIndexListsIsMissing(Seed seed) throws Exception {
    ChunkId absent = Samples.chunkId(seed.random());
    try (Reading reading = new Reading(storage)) {
      assertThatThrownBy(() -> reading.chunks.read(absent))
          .isInstanceOf(ChunkMissing.class)
          .hasMessageContaining("chunk " + absent + " is in no index");
    }
  }

  /// Depth is one: a base that is there only as a delta is not followed, or two deltas that name
  /// each other would be followed for ever.
  @Test
  void aBaseIsReadFromPlainCopiesOnly() throws Exception {
    try (Reading reading = new Reading(storage)) {
      assertThat(reading.chunks.readBase(id(chunk))).isEqualTo(chunk);
      FaultyStorage faulty = new FaultyStorage(storage).unreadable(Packs.name(packs.getFirst()));
      try (Reading without = new Reading(faulty)) {
        assertThat(without.chunks.read(id(chunk))).isEqualTo(chunk);
        assertThatThrownBy(() -> without.chunks.readBase(id(chunk)))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("made to be unreadable");
      }
    }
  }

  /// An index is not sealed: whatever it says is proved by the chunk's id.
  @Test
  void anIndexThatPointsElsewhereGivesNoOtherChunk() throws Exception {
    try (Reading reading = new Reading(storage)) {
      for (Location place : reading.find(id(base))) {
        BlobEntry.Place at = place.place();
        for (int shift : new int[] {-1, 1, 20, 400}) {
          BlobEntry.Place off = new BlobEntry.Place(at.offset() + shift, 400, 400);
          for (Encoding encoding : Encoding.values()) {
            ChunkId of = encoding == Encoding.ZSTD_DELTA ? id(chunk) : null;
            Location wrong =
                new Location(id(base), place.pack(), place.content(), off, encoding, of);
            assertThatThrownBy(() -> reading.chunks.read(wrong)).isInstanceOf(CorruptData.class);
          }
        }
        Location node =
            new Location(id(base), place.pack(), PackContent.NODES, at, Encoding.RAW, null);
        assertThatThrownBy(() -> reading.chunks.read(node)).isInstanceOf(CorruptData.class);
      }
    }
  }

  private static ChunkId id(byte[] content) {
    return Protection.clear().newDigest().of(content, 0, content.length);
  }

  /// The index read undamaged, the chunks from the storage given.
  private final class Reading implements AutoCloseable {
    final Index index;
    final ChunkReader chunks;

    Reading(Storage from) throws IOException, CorruptData {
      index = new Index(storage, Samples.REPOSITORY);
      index.add(Samples.objectId(4));
      chunks = new ChunkReader(from, index, Protection.clear());
    }

    List<Location> find(ChunkId id) {
      return index.find(id, damage -> fail(damage.message()));
    }

    @Override
    public void close() {
      chunks.close();
      index.close();
    }
  }
}
