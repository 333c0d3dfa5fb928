package cairn.repository.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Crc32c;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.FormatTooOld;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.base.test.Seed;
import cairn.repository.chunk.Codec;
import cairn.repository.chunk.Encoding;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.Protection;
import cairn.repository.index.Location;
import cairn.repository.parity.Parity;
import cairn.repository.parity.ParityPlace;
import cairn.repository.parity.ParityTable;
import cairn.repository.read.BlobDecoder;
import cairn.repository.test.Damage;
import cairn.repository.test.Samples;
import cairn.repository.tree.Item;
import cairn.repository.tree.Node;
import cairn.storage.Content;
import cairn.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PackTest {
  private static final ObjectId PACK = Samples.objectId(2);
  private static final ObjectId SESSION = Samples.objectId(3);
  private static final int SEAL_FROM_END = 36;

  @Test
  void blobsComeBackWithAndWithoutEncryption(Seed seed) throws Exception {
    for (Protection protection : Samples.protections()) {
      Sample sample = new Sample(protection).fill(seed.random(), 30, 3000);
      assertThat(sample.chunksIn(sample.bytes())).isEqualTo(sample.chunks);
    }
  }

  @Test
  void aDirectoryLargerThanTheFirstReadIsReadWhole(Seed seed) throws Exception {
    Sample sample = new Sample(Protection.clear()).fill(seed.random(), 2000, 80);
    byte[] bytes = sample.bytes();
    PackDirectory directory = sample.directoryIn(bytes);
    assertThat(directory).isEqualTo(sample.finished().directory());
    assertThat(directory.entries()).hasSize(2000);
  }

  @Test
  void nodesComeBackAndShowWhomTheyNameWithoutTheKey(Seed seed) throws Exception {
    for (Protection protection : Samples.protections()) {
      Sample sample = new Sample(protection, PackContent.NODES);
      List<ChunkId> named = sample.addNode(seed.random(), 40);
      byte[] bytes = sample.bytes();
      assertThat(sample.chunksIn(bytes)).isEqualTo(sample.chunks);
      byte[] blob = Arrays.copyOfRange(bytes, PackDirectory.HEAD_BYTES, bytes.length);
      assertThat(Node.children(blob, PackDirectory.subject(PACK)).ids()).isEqualTo(named);
    }
  }

  @Test
  void everyDamageIsFound(Seed seed) throws Exception {
    for (Protection protection : Samples.protections()) {
      Sample sample = new Sample(protection).fill(seed.random(), 3, 60);
      new Damage("(pack|chunk)", sample::chunksIn).assertAllIsFound(sample.bytes());
      Sample nodes = new Sample(protection, PackContent.NODES);
      nodes.addNode(seed.random(), 3);
      new Damage("(pack|node)", nodes::chunksIn).assertAllIsFound(nodes.bytes());
    }
  }

  /// A full check reads parity too, and tells of it in words of its own: it costs no chunk.
  @Test
  void everyDamageToAPackWithParityIsFound(Seed seed) throws Exception {
    Sample sample = new Sample(Protection.clear(), PackContent.DATA, 2);
    sample.fill(seed.random(), 3, 600);
    byte[] bytes = sample.bytes();
    int section = ParityPlace.sectionOffset(sample.finished().directory().blobsEnd());
    new Damage("(pack|chunk|parity)", sample::chunksIn).assertAllIsFound(bytes);
    new Damage("parity", sample::chunksIn)
        .assertFlipsAreFound(bytes, section, section + sample.finished().directory().parityBytes());
  }

  @Test
  void parityOfOtherDataIsFound(Seed seed) throws Exception {
    Sample sample = new Sample(Protection.clear(), PackContent.DATA, 2);
    byte[] bytes = sample.fill(seed.random(), 30, 600).bytes();
    byte[] other = bytes.clone();
    other[100] ^= 1;
    ParityPlace place = ParityTable.find(PACK, bytes, Samples.REPOSITORY).place();
    Parity.write(place, other);
    other[100] ^= 1;
    assertThatThrownBy(() -> sample.chunksIn(other))
        .isInstanceOf(CorruptData.class)
        .hasMessageStartingWith("corrupt parity " + PACK + " slot=0: crc of shard, have ");
    int table = place.sectionOffset();
    System.arraycopy(bytes, table, other, table, place.shape().tableBytes());
    assertThatThrownBy(() -> sample.chunksIn(other))
        .isInstanceOf(CorruptData.class)
        .hasMessage(
            "corrupt parity " + PACK + ": copies of the table, have different expect equal");
  }

  @Test
  void packsWithParityReadAsTheyWere(Seed seed) throws Exception {
    for (int percent : new int[] {1, 2, 50}) {
      for (int count = 1; count < 60; count++) {
        Sample sample = new Sample(Protection.clear(), PackContent.DATA, percent);
        sample.fill(seed.split(count).random(), count, 200);
        assertThat(sample.chunksIn(sample.bytes())).isEqualTo(sample.chunks);
      }
    }
  }

  @Test
  void aPackCountsOnlyUnderItsNameInItsRepositoryWithItsKey(Seed seed) throws Exception {
    for (Protection protection : Samples.protections()) {
      Sample sample = new Sample(protection).fill(seed.random(), 2, 50);
      byte[] bytes = sample.bytes();
      ObjectId other = Samples.objectId(9);
      assertThatThrownBy(() -> directory(other, bytes, Samples.REPOSITORY, protection))
          .isInstanceOf(CorruptData.class)
          .hasMessage("corrupt pack " + other + ": pack id, have " + PACK + " expect " + other);
      assertThatThrownBy(() -> directory(PACK, bytes, other, protection))
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining(": repository, have " + Samples.REPOSITORY + " expect " + other);
      Protection stranger = Protection.encrypted(MasterKey.random(seed.random()));
      assertThatThrownBy(() -> directory(PACK, bytes, Samples.REPOSITORY, stranger))
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining("pack " + PACK + ": seal");
    }
  }

  /// Damage first: a version that was flipped is no newer format.
  @Test
  void anotherVersionIsToldFromDamage(Seed seed) throws Exception {
    Sample sample = new Sample(Protection.clear()).fill(seed.random(), 2, 50);
    byte[] newer = sample.bytes();
    newer[10] = 2;
    assertThatThrownBy(() -> sample.directoryIn(newer)).isInstanceOf(CorruptData.class);
    assertThatThrownBy(() -> sample.directoryIn(sample.resealed(newer)))
        .isInstanceOf(FormatTooNew.class)
        .hasMessageContaining("pack " + PACK + " has format version 2");
    newer[10] = 0;
    assertThatThrownBy(() -> sample.directoryIn(sample.resealed(newer)))
        .isInstanceOf(FormatTooOld.class);
  }

  /// Packs whose seal and CRC are right, as a mistaken or hostile writer would make them.
  @Test
  void everyFieldIsCheckedThoughTheSealIsRight(Seed seed) throws Exception {
    Sample sample = new Sample(Protection.clear()).fill(seed.random(), 2, 50);
    byte[] good = sample.bytes();
    int footer = good.length - PackDirectory.FOOTER_BYTES;
    int entry = sample.finished().directory().entries().getFirst().place().storedLength() + 64;
    entry += sample.finished().directory().entries().get(1).place().storedLength();
    assertForged(sample, footer, 3, ": content, have 3 expect");
    assertForged(sample, footer + 1, 1, ": end of blobs, have ");
    assertForged(sample, footer + 2, 1, ": end of blobs, have ");
    assertForged(sample, footer + 3, 0xFF, ": KiB of parity, have 16711680 expect 0..1048576");
    assertForged(sample, footer + 4, 1, ": trailing bytes, have 49 expect 0");
    assertForged(sample, footer + 4, 3, ": size, have 0 bytes left expect at least 32 bytes left");
    assertForged(sample, footer + 8, good[footer + 8] + 1, ": size, have ");
    assertForged(sample, footer + 12, good[footer + 12] - 1, ": size, have ");
    assertForged(sample, entry + 32, 65, " slot=0: offset, have 65 expect 64");
    assertForged(sample, entry + 39, 0x80, ": stored length, have 21474836");
    assertForged(sample, entry + 48, 3, " slot=0: encoding, have 3 expect 0..2");
    assertForged(sample, 12, 1, ": reserved, have 1 expect 0");
    assertForged(sample, 8, 2, ": kind, have 2 expect 1");
  }

  @Test
  void theLogicOfADirectoryIsChecked(Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    ChunkId id = Samples.chunkId(chance);
    ChunkId base = Samples.chunkId(chance);
    BlobEntry raw = entry(id, 64, 10, 10, Encoding.RAW);
    check(PackContent.DATA, 74, 0, raw);
    check(PackContent.NODES, 75, 0, entry(id, 64, 11, 12, Encoding.ZSTD));
    check(PackContent.DATA, 90, 16, entry(id, 64, 26, 10, Encoding.RAW));
    assertRefused(": blobs, have 0 expect 1 or more", 64, 0);
    assertRefused("slot=0: offset, have 65", 75, 0, entry(id, 65, 10, 10, Encoding.RAW));
    assertRefused("slot=1: offset, have 75", 84, 0, raw, entry(base, 75, 9, 9, Encoding.RAW));
    assertRefused("slot=1: offset, have 73", 84, 0, raw, entry(base, 73, 9, 9, Encoding.RAW));
    assertRefused("slot=0: raw length, have 0", 74, 0, entry(id, 64, 10, 0, Encoding.ZSTD));
    assertRefused("slot=0: stored length, have 0", 64, 0, entry(id, 64, 0, 9, Encoding.ZSTD));
    assertRefused("slot=0: stored length, have 16", 80, 16, entry(id, 64, 16, 9, Encoding.ZSTD));
    assertRefused(
        "slot=0: stored length, have 10 expect 11", 74, 0, entry(id, 64, 10, 11, Encoding.RAW));
    assertRefused(
        "slot=0: stored length, have 10 expect < 10", 74, 0, entry(id, 64, 10, 10, Encoding.ZSTD));
    assertRefused("slot=0: base", 73, 0, entry(id, 64, 9, 10, Encoding.ZSTD_DELTA));
    assertRefused("slot=0: base", 74, 0, delta(id, 10, 10, Encoding.RAW, base));
    assertRefused("slot=0: base, have itself", 73, 0, delta(id, 9, 10, Encoding.ZSTD_DELTA, id));
    assertRefused(": end of blobs, have 74 expect 75", 75, 0, raw);
    assertRefused("slot=0: stored length, have 10 expect 9", 73, 0, raw);
    int most = PackDirectory.PACK_BYTES_MAX;
    assertRefused(
        "slot=1: stored length",
        most + 64,
        0,
        entry(id, 64, most, most, Encoding.RAW),
        entry(base, 64 + most, most, most, Encoding.RAW));
    check(PackContent.DATA, 73, 0, delta(id, 9, 10, Encoding.ZSTD_DELTA, base));
    assertThatThrownBy(
            () -> check(PackContent.NODES, 73, 0, delta(id, 9, 10, Encoding.ZSTD_DELTA, base)))
        .hasMessageContaining("slot=0: encoding, have a delta expect no delta");
  }

  @Test
  void whatDoesNotPassTheCheckIsNotFinished() throws Exception {
    Sample empty = new Sample(Protection.clear());
    assertThatThrownBy(empty::finished).isInstanceOf(CorruptData.class);
    Sample wrong = new Sample(Protection.clear());
    byte[] some = new byte[9];
    wrong.builder.append(
        new Blob(new ChunkId(1, 2, 3, 4), 10, Encoding.RAW, null, Blob.NO_CLEAR, Slice.of(some)));
    assertThatThrownBy(wrong::finished)
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("slot=0: stored length, have 9 expect 10");
  }

  private static BlobEntry entry(ChunkId id, int offset, int stored, int raw, Encoding encoding) {
    return new BlobEntry(id, new BlobEntry.Place(offset, stored, raw), 0, encoding, null);
  }

  private static BlobEntry delta(ChunkId id, int stored, int raw, Encoding encoding, ChunkId base) {
    return new BlobEntry(id, new BlobEntry.Place(64, stored, raw), 0, encoding, base);
  }

  private static void check(PackContent content, int end, int overhead, BlobEntry... entries)
      throws CorruptData {
    new PackDirectory(PACK, SESSION, content, List.of(entries), 0).check(end, overhead);
  }

  private static void assertRefused(String what, int end, int overhead, BlobEntry... entries) {
    assertThatThrownBy(() -> check(PackContent.DATA, end, overhead, entries))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("corrupt pack " + PACK)
        .hasMessageContaining(what);
  }

  private static void assertForged(Sample sample, int at, int value, String what) throws Exception {
    byte[] forged = sample.bytes();
    forged[at] = (byte) value;
    assertThatThrownBy(() -> sample.directoryIn(sample.resealed(forged)))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("corrupt pack " + PACK + what);
  }

  private static PackDirectory directory(
      ObjectId name, byte[] bytes, ObjectId repository, Protection protection)
      throws IOException, CorruptData {
    MemoryStorage storage = new MemoryStorage();
    storage.publish(Packs.name(name), Content.of(bytes));
    return new Packs(storage, repository, protection).directory(name, bytes.length);
  }

  /// A pack and what is in it.
  private static final class Sample {
    final Protection protection;
    final PackBuilder builder;
    final List<String> chunks = new ArrayList<>();
    private final byte[] base = new byte[100];
    private PackBuilder.@Nullable Finished done;

    Sample(Protection protection) {
      this(protection, PackContent.DATA);
    }

    Sample(Protection protection, PackContent content) {
      this(protection, content, 0);
    }

    Sample(Protection protection, PackContent content, int percent) {
      this.protection = protection;
      Packs packs = new Packs(new MemoryStorage(), Samples.REPOSITORY, protection, percent);
      this.builder = new PackBuilder(packs, PACK, SESSION, content, new ByteWriter(100));
    }

    private ChunkId id(byte[] bytes) {
      return protection.newDigest().of(bytes, 0, bytes.length);
    }

    /// Blobs of all encodings in turn.
    Sample fill(RandomGenerator chance, int count, int lengthMax) throws CorruptData {
      try (Codec codec = new Codec(1)) {
        for (int i = 0; i < count; i++) {
          byte[] chunk = new byte[lengthMax / 2 + chance.nextInt(lengthMax / 2)];
          chance.nextBytes(chunk);
          Encoding encoding = Encoding.of(i % 3, PackDirectory.subject(PACK));
          if (encoding != Encoding.RAW) {
            Arrays.fill(chunk, 4, chunk.length, (byte) i);
          }
          byte[] room = new byte[Codec.boundBytes(chunk.length)];
          Slice encoded =
              switch (encoding) {
                case RAW -> Slice.of(chunk);
                case ZSTD -> Slice.of(room, 0, codec.compress(Slice.of(chunk), Slice.of(room)));
                case ZSTD_DELTA ->
                    Slice.of(room, 0, codec.compressDelta(Slice.of(chunk), base, Slice.of(room)));
              };
          ChunkId of = encoding == Encoding.ZSTD_DELTA ? id(base) : null;
          builder.append(new Blob(id(chunk), chunk.length, encoding, of, Blob.NO_CLEAR, encoded));
          chunks.add(HexFormat.of().formatHex(chunk));
        }
      }
      return this;
    }

    List<ChunkId> addNode(RandomGenerator chance, int itemCount) throws CorruptData {
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < itemCount; i++) {
        items.add(Item.block(i, Samples.chunkId(chance)));
      }
      byte[] node = new Node(0, items).toBytes();
      int clear = Node.clearBytes(itemCount);
      byte[] room = new byte[Codec.boundBytes(node.length)];
      try (Codec codec = new Codec(3)) {
        int length = codec.compress(Slice.of(node, clear, node.length - clear), Slice.of(room));
        Slice body = Slice.of(room, 0, length);
        builder.append(
            new Blob(id(node), node.length, Encoding.ZSTD, null, Slice.of(node, 0, clear), body));
      }
      chunks.add(HexFormat.of().formatHex(node));
      return items.stream().map(Item::id).toList();
    }

    /// Finishing appends to the builder, so it is done once.
    PackBuilder.Finished finished() throws CorruptData, IOException {
      PackBuilder.Finished result = done == null ? builder.finish() : done;
      done = result;
      return result;
    }

    byte[] bytes() throws IOException, CorruptData {
      return Samples.bytesOf(finished().content());
    }

    PackDirectory directoryIn(byte[] bytes) throws IOException, CorruptData {
      return directory(PACK, bytes, Samples.REPOSITORY, protection);
    }

    /// Reads directory, all blobs and parity.
    List<String> chunksIn(byte[] bytes) throws IOException, CorruptData {
      List<String> read = new ArrayList<>();
      PackDirectory directory = directoryIn(bytes);
      checkParity(directory, bytes);
      try (BlobDecoder decoder = new BlobDecoder(protection)) {
        for (BlobEntry entry : directory.entries()) {
          Location at = Location.of(PACK, directory.content(), entry);
          BlobEntry.Place place = entry.place();
          byte[] raw = new byte[place.rawLength()];
          Slice stored = Slice.of(bytes, place.offset(), place.storedLength());
          // A few bits of a zstd frame mean nothing to the decoder; the CRC covers them.
          int crc = Crc32c.of(bytes, place.offset(), place.storedLength());
          PackDirectory.subject(PACK).checkEqual(crc, entry.crc(), "crc of blob");
          decoder.decode(at, stored, entry.base() == null ? null : base, Slice.of(raw));
          read.add(HexFormat.of().formatHex(raw));
        }
      }
      return read;
    }

    private void checkParity(PackDirectory directory, byte[] bytes)
        throws IOException, CorruptData {
      if (directory.parityBytes() > 0) {
        MemoryStorage storage = new MemoryStorage();
        storage.publish(Packs.name(PACK), Content.of(bytes));
        Packs packs = new Packs(storage, Samples.REPOSITORY, protection);
        StoredParity parity = StoredParity.open(packs, directory);
        int blobs = directory.blobsEnd() - PackDirectory.HEAD_BYTES;
        parity.add(bytes, PackDirectory.HEAD_BYTES, blobs);
        parity.check(true);
      }
    }

    /// With seal and CRC as they must be for what is there.
    byte[] resealed(byte[] bytes) {
      byte[] forged = bytes.clone();
      int end = bytes.length;
      int directory = ByteBuffer.wrap(bytes, end - 44, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
      ByteWriter sealed = new ByteWriter(end).raw(bytes, 0, 64);
      int from = Math.clamp(directory, 64, end - PackDirectory.FOOTER_BYTES);
      sealed.raw(bytes, from, end - SEAL_FROM_END - from);
      byte[] seal = protection.seal("pack", PACK.toString(), sealed.buffer(), 0, sealed.size());
      sealed.raw(seal);
      ByteWriter tail = new ByteWriter(36).raw(seal).u32(sealed.crc(0));
      System.arraycopy(tail.buffer(), 0, forged, end - SEAL_FROM_END, SEAL_FROM_END);
      return forged;
    }
  }
}
