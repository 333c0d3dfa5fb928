package cairn.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.repository.chunk.Encoding;
import cairn.repository.config.RepositoryConfig;
import cairn.repository.crypto.Protection;
import cairn.repository.crypto.Secret;
import cairn.repository.index.Index;
import cairn.repository.index.Location;
import cairn.repository.index.SegmentWriter;
import cairn.repository.pack.Blob;
import cairn.repository.pack.BlobEntry;
import cairn.repository.pack.PackBuilder;
import cairn.repository.pack.PackContent;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.repository.parity.Parity;
import cairn.repository.parity.ParityPlace;
import cairn.repository.parity.ParityShape;
import cairn.repository.parity.ParityTable;
import cairn.repository.pin.Pin;
import cairn.repository.read.ChunkReader;
import cairn.repository.session.SessionRecord;
import cairn.repository.session.Tombstone;
import cairn.repository.snapshot.Counts;
import cairn.repository.snapshot.Details;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.Snapshots;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.test.Samples;
import cairn.repository.tree.Item;
import cairn.repository.tree.Key;
import cairn.repository.tree.Node;
import cairn.repository.tree.TreeRoot;
import cairn.storage.Content;
import cairn.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The worked examples of `docs/format.md`: the documented bytes are read by the code and mean what
/// the page says, and they are what the code writes. On a mismatch the block to put into the page
/// is shown as the expected one.
///
/// The zstd frames are fixed here, because other versions of the library compress differently.
class FormatExamplesTest {
  private static final ObjectId SESSION = Samples.objectId(0x11);
  private static final ObjectId DATA_PACK = Samples.objectId(0x22);
  private static final ObjectId NODE_PACK = Samples.objectId(0x33);
  private static final ObjectId SNAPSHOT = Samples.objectId(0x44);
  private static final ObjectId TOMBSTONE = Samples.objectId(0x55);
  private static final ObjectId SEALED_PACK = Samples.objectId(0x66);
  private static final ObjectId PIN = Samples.objectId(0x77);

  private static final byte[] RAW = ascii("stored as it is");
  private static final byte[] TEXT = text();
  private static final byte[] CHANGED = changed();
  private static final byte[] TEXT_FRAME =
      hex(
          "28b52ffd0000cd020002c8130ec0e50125cbff4db6dcd208039c13c17031a0f9b736d006457aea65"
              + "e21362fed003df8a48016e2fc6d49552d0e0184d2100b9aae891e83db94abae0f1d8e8409fb965b7"
              + "a4374bcd87042b751ea4420100803e488d14");
  private static final byte[] CHANGED_FRAME =
      hex("28b52ffd000095000028434149524e030035b0268021d583d20401");
  private static final byte[] LEAF_BODY_FRAME =
      hex("28b52ffd0000b50000300100010001050600a0884d032ce45c4800050f000b");

  private static final Node LEAF =
      new Node(
          0,
          List.of(
              Item.block(0, digest(RAW)), Item.block(1, digest(TEXT)), Item.block(5, digest(RAW))));
  private static final Node SECOND_LEAF = new Node(0, List.of(Item.block(1024, digest(CHANGED))));
  private static final Node ROOT =
      new Node(
          1,
          List.of(
              new Item(Key.block(0), digest(LEAF.toBytes()), 3),
              new Item(Key.block(1024), digest(SECOND_LEAF.toBytes()), 1)));

  @TempDir private Path folder;

  @Test
  void config() throws Exception {
    byte[] clear = utf8(example("config"));
    RepositoryConfig config = RepositoryConfig.parse(clear, "documented");
    assertThat(config.toBytes()).isEqualTo(clear);
    assertThat(config.repository()).isEqualTo(Samples.REPOSITORY);
    assertThat(config.policies().standard()).get().hasToString("daily 7, weekly 4");
    assertThat(config.policies().groups().get("db1/root")).hasToString("last 3, within 1y6m");
  }

  @Test
  void encryptedConfig() throws Exception {
    byte[] bytes = utf8(example("config, encrypted"));
    RepositoryConfig config = RepositoryConfig.parse(bytes, "documented");
    assertThat(config.toBytes()).isEqualTo(bytes);
    config.open(new Secret.Passphrase("Gr\u00fc\u00dfe".toCharArray())).close();
    config.verify(Samples.encrypted());
  }

  @Test
  void session() throws Exception {
    SessionRecord record = Samples.session(SESSION);
    byte[] bytes = record.toBytes(Samples.REPOSITORY);
    HexBlock block =
        frame(bytes, "SESSION")
            .field(16, "session id")
            .field(8, "opened: 2026-01-31T12:00:00Z")
            .field(8, "process 4242")
            .field(5, "host: 3, \"db1\"")
            .field(4, "boot id: 2, \"b0\"")
            .field(11, "program: 9, \"cairn 0.1\"")
            .field(4, "CRC-32C");
    byte[] documented = documented("session", block);
    assertThat(SessionRecord.read(SESSION, documented, Samples.REPOSITORY)).isEqualTo(record);
  }

  @Test
  void tombstone() throws Exception {
    Tombstone tombstone = Tombstone.candidate(TOMBSTONE, List.of(DATA_PACK, NODE_PACK));
    HexBlock block =
        frame(tombstone.toBytes(Samples.REPOSITORY), "TOMBSTONE")
            .field(16, "tombstone id")
            .field(1, "state: candidate")
            .field(3, "zero")
            .field(16, "author: who published it")
            .field(4, "2 packs")
            .field(16, "pack")
            .field(16, "pack")
            .field(4, "CRC-32C");
    byte[] documented = documented("tombstone", block);
    assertThat(Tombstone.read(TOMBSTONE, documented, Samples.REPOSITORY)).isEqualTo(tombstone);
  }

  @Test
  void pin() throws Exception {
    Pin pin = new Pin(PIN, SNAPSHOT, Samples.TIME, "before the move");
    HexBlock block =
        frame(pin.toBytes(Samples.REPOSITORY), "PIN")
            .field(16, "pin id")
            .field(16, "snapshot id")
            .field(8, "made: 2026-01-31T12:00:00Z")
            .field(17, "reason: 15, \"before the move\"")
            .field(4, "CRC-32C");
    byte[] documented = documented("pin", block);
    assertThat(Pin.read(SNAPSHOT, PIN, documented, Samples.REPOSITORY)).isEqualTo(pin);
  }

  @Test
  void dataPack() throws Exception {
    PackBuilder.Finished pack = dataPack(new MemoryStorage());
    byte[] bytes = Samples.bytesOf(pack.content());
    HexBlock block =
        packHead(bytes)
            .field(RAW.length, "blob 0: RAW, \"stored as it is\"")
            .field(TEXT_FRAME.length, "blob 1: ZSTD, 256 hexadecimal digits")
            .field(CHANGED_FRAME.length, "blob 2: ZSTD_DELTA, blob 1 with \"CAIRN\" at 40");
    packTail(block, pack.directory());
    MemoryStorage storage = stored(DATA_PACK, documented("data pack", block));
    List<Location> places = locations(storage, DATA_PACK, Protection.clear());
    assertThat(places).isEqualTo(locations(pack));
    assertChunks(storage, places, List.of(RAW, TEXT, CHANGED));
  }

  @Test
  void nodePack() throws Exception {
    PackBuilder.Finished pack = nodePack(new MemoryStorage());
    byte[] bytes = Samples.bytesOf(pack.content());
    HexBlock block =
        packHead(bytes)
            .field(8, "leaf, clear part: level 0, volume tree, 3 items")
            .field(32, "chunk of block 0")
            .field(32, "chunk of block 1")
            .field(32, "chunk of block 5")
            .field(LEAF_BODY_FRAME.length, "leaf, body: ZSTD, 57 bytes when expanded")
            .field(8, "leaf, clear part: level 0, volume tree, 1 item")
            .field(32, "chunk of block 1,024")
            .field(19, "leaf, body: RAW: object 1, type 1, block 1,024; value 0")
            .field(8, "root, clear part: level 1, volume tree, 2 items")
            .field(32, "first leaf")
            .field(32, "second leaf")
            .field(25, "root, body: RAW: first key (1 1 0), 3 items beneath")
            .field(25, "first key (1 1 1024), 1 item beneath");
    packTail(block, pack.directory());
    MemoryStorage storage = stored(NODE_PACK, documented("node pack", block));
    List<Location> places = locations(storage, NODE_PACK, Protection.clear());
    assertThat(places).isEqualTo(locations(pack));
    assertChunks(storage, places, List.of(LEAF.toBytes(), SECOND_LEAF.toBytes(), ROOT.toBytes()));
  }

  @Test
  void encryptedPack() throws Exception {
    MemoryStorage none = new MemoryStorage();
    Packs packs = new Packs(none, Samples.REPOSITORY, Samples.encrypted());
    PackBuilder builder =
        new PackBuilder(packs, SEALED_PACK, SESSION, PackContent.DATA, new ByteWriter(100));
    ChunkId id = Samples.encrypted().newDigest().of(RAW, 0, RAW.length);
    builder.append(blob(id, RAW.length, Encoding.RAW, null, RAW));
    PackBuilder.Finished pack = builder.finish();
    HexBlock block =
        packHead(Samples.bytesOf(pack.content()))
            .field(RAW.length, "blob 0: RAW, AES-256-GCM of \"stored as it is\", nonce 64")
            .field(16, "its tag");
    packTail(block, pack.directory());
    MemoryStorage storage = stored(SEALED_PACK, documented("encrypted pack", block));
    List<Location> places = locations(storage, SEALED_PACK, Samples.encrypted());
    assertThat(places).isEqualTo(locations(pack));
    try (Index index = new Index(storage, Samples.REPOSITORY);
        ChunkReader reader = new ChunkReader(storage, index, Samples.encrypted())) {
      assertThat(reader.read(places.getFirst())).isEqualTo(RAW);
    }
  }

  @Test
  void parityBytes() throws Exception {
    ParityShape shape = new ParityShape(3 * 1024, 1024, 1, 5);
    ParityPlace place = new ParityPlace(Samples.REPOSITORY, DATA_PACK, 2 * 1024, shape);
    byte[] pack = new byte[place.tailOffset() + 1024];
    pack[0] = 1;
    pack[1024] = 2;
    pack[place.tailOffset()] = 3;
    Parity.write(place, pack);
    StringBuilder bytes = new StringBuilder();
    for (int position = 0; position < 5; position++) {
      byte parity = pack[place.shardsOffset() + position * 1024];
      bytes.append(HexFormat.of().toHexDigits(parity)).append(' ');
    }
    assertThat(example("parity bytes")).isEqualTo(bytes + "01 02 03\n");
  }

  @Test
  void parityTable() throws Exception {
    PackBuilder.Finished pack = dataPack(new MemoryStorage(), 2);
    byte[] bytes = Samples.bytesOf(pack.content());
    assertThat(bytes).hasSize(1024 + 7 * 1024 + 231);
    HexBlock block =
        frame(Arrays.copyOfRange(bytes, 1024, 2048), "PARITY")
            .field(16, "pack id")
            .field(4, "blobs end at 204")
            .field(4, "435 protected bytes")
            .field(4, "shards of 1,024 bytes")
            .field(4, "1 group")
            .field(4, "5 parity shards")
            .field(4, "CRC-32C of data shard 0");
    for (int shard = 1; shard <= 5; shard++) {
      block.field(4, "CRC-32C of parity shard " + shard);
    }
    block.field(1020 - block.position(), "zeros");
    block.field(4, "CRC-32C of pack id, page number and page");
    byte[] page = documented("parity table", block);
    ParityTable found = ParityTable.find(DATA_PACK, bytes, Samples.REPOSITORY);
    assertThat(ParityTable.read(DATA_PACK, page, Samples.REPOSITORY)).isEqualTo(found);
    assertThat(found.place().shape()).isEqualTo(new ParityShape(435, 1024, 1, 5));
    assertThat(found.place().blobsEnd()).isEqualTo(204);
  }

  @Test
  void index() throws Exception {
    List<Location> entries =
        Stream.concat(
                locations(dataPack(new MemoryStorage())).stream(),
                locations(nodePack(new MemoryStorage())).stream())
            .sorted((left, right) -> left.id().compareTo(right.id()))
            .toList();
    byte[] bytes = indexOf(entries);
    HexBlock block =
        frame(bytes, "INDEX")
            .field(16, "index id: that of the session")
            .field(8, "6 entries")
            .field(4, "2 packs")
            .field(4, "1 base")
            .field(4, "CRC-32C of the head")
            .field(4, "zero");
    block.field(24, "pack 0: " + content(entries.getFirst()));
    block.field(24, "pack 1: " + (content(entries.getFirst()).equals("data") ? "nodes" : "data"));
    block.field(32, "base 0: the chunk of 256 digits").field(4, "CRC-32C of both tables");
    block.field(4096 - block.position(), "padding");
    for (Location entry : entries) {
      block.field(32, "chunk id").field(24, describe(entry));
    }
    block.field(4096 + 4088 - block.position(), "unused").field(2, "6 entries in this page");
    block.field(2, "zero").field(4, "CRC-32C of index id, page number and page");
    MemoryStorage storage = new MemoryStorage();
    byte[] documented = documented("index", block);
    storage.publish(Index.name(SESSION), Content.of(documented));
    try (Index index = new Index(storage, Samples.REPOSITORY)) {
      index.add(SESSION);
      index.segments().getFirst().check();
      for (Location entry : entries) {
        assertThat(index.find(entry.id(), damage -> fail(damage.message()))).containsExactly(entry);
      }
    }
  }

  @Test
  void snapshot() throws Exception {
    Snapshot snapshot = sampleSnapshot();
    Snapshots records = new Snapshots(Samples.REPOSITORY, Protection.clear());
    byte[] bytes =
        records.write(
            snapshot,
            () -> {
              throw new UnsupportedOperationException("no chance in a clear record");
            });
    int details = bytes.length - 32 - 16 - 16 - 8 - 4 - 32 - 4 - 32 - 4;
    HexBlock block =
        frame(bytes, "SNAPSHOT")
            .field(16, "snapshot id")
            .field(16, "session id")
            .field(8, "received: 2026-01-31T12:00:00Z")
            .field(4, "1 root")
            .field(32, "the root node of volume \"disk.img\"")
            .field(4, details + " bytes of details")
            .field(details, "details, the JSON below without its line breaks")
            .field(32, "seal, name snapshots/db1%2Froot/4444...")
            .field(4, "CRC-32C");
    byte[] documented = documented("snapshot", block);
    assertThat(records.read("db1/root", SNAPSHOT, documented)).isEqualTo(snapshot);
    String json = example("snapshot details").replace("\n", "");
    assertThat(new String(documented, StandardCharsets.UTF_8)).contains(json);
  }

  private static Snapshot sampleSnapshot() {
    VolumeImage volume =
        new VolumeImage(
            "disk.img",
            1025L * 65_536,
            65_536,
            Optional.of(new TreeRoot(digest(ROOT.toBytes()), 1, 4)),
            Map.of("kind", "file", "path", "/srv/disk.img"));
    Details details =
        new Details(
            Optional.empty(),
            "db1",
            "cairn 0.1",
            List.of("nightly"),
            true,
            Samples.TIME,
            List.of(volume),
            new Counts(1025, 4, 3, 262_144, 12_345, 678));
    return new Snapshot(SNAPSHOT, SESSION, "db1/root", Samples.TIME, details);
  }

  private static PackBuilder.Finished dataPack(MemoryStorage storage) throws Exception {
    return dataPack(storage, 0);
  }

  private static PackBuilder.Finished dataPack(MemoryStorage storage, int parityPercent)
      throws Exception {
    Packs packs = new Packs(storage, Samples.REPOSITORY, Protection.clear(), parityPercent);
    PackBuilder builder =
        new PackBuilder(packs, DATA_PACK, SESSION, PackContent.DATA, new ByteWriter(100));
    builder.append(blob(digest(RAW), RAW.length, Encoding.RAW, null, RAW));
    builder.append(blob(digest(TEXT), TEXT.length, Encoding.ZSTD, null, TEXT_FRAME));
    builder.append(
        blob(digest(CHANGED), CHANGED.length, Encoding.ZSTD_DELTA, digest(TEXT), CHANGED_FRAME));
    return builder.finish();
  }

  private static PackBuilder.Finished nodePack(MemoryStorage storage) throws Exception {
    Packs packs = new Packs(storage, Samples.REPOSITORY, Protection.clear());
    PackBuilder builder =
        new PackBuilder(packs, NODE_PACK, SESSION, PackContent.NODES, new ByteWriter(100));
    builder.append(node(LEAF, Encoding.ZSTD, Slice.of(LEAF_BODY_FRAME)));
    builder.append(node(SECOND_LEAF, Encoding.RAW, body(SECOND_LEAF)));
    builder.append(node(ROOT, Encoding.RAW, body(ROOT)));
    return builder.finish();
  }

  private static Blob blob(
      ChunkId id, int rawLength, Encoding encoding, @Nullable ChunkId base, byte[] encoded) {
    return new Blob(id, rawLength, encoding, base, Blob.NO_CLEAR, Slice.of(encoded));
  }

  private static Blob node(Node node, Encoding encoding, Slice body) {
    byte[] bytes = node.toBytes();
    Slice clear = Slice.of(bytes, 0, Node.clearBytes(node.items().size()));
    return new Blob(digest(bytes), bytes.length, encoding, null, clear, body);
  }

  private static Slice body(Node node) {
    byte[] bytes = node.toBytes();
    int clear = Node.clearBytes(node.items().size());
    return Slice.of(bytes, clear, bytes.length - clear);
  }

  private byte[] indexOf(List<Location> entries) throws IOException, CorruptData {
    Path file = Files.createTempFile(folder, "index", "");
    new SegmentWriter(SESSION, Samples.REPOSITORY)
        .write(
            file,
            () -> {
              Iterator<Location> walk = entries.iterator();
              return () -> walk.hasNext() ? walk.next() : null;
            });
    return Files.readAllBytes(file);
  }

  private static MemoryStorage stored(ObjectId pack, byte[] bytes) throws IOException {
    MemoryStorage storage = new MemoryStorage();
    storage.publish(Packs.name(pack), Content.of(bytes));
    return storage;
  }

  private static List<Location> locations(
      MemoryStorage storage, ObjectId pack, Protection protection) throws Exception {
    long size = storage.stat(Packs.name(pack)).size();
    return locations(new Packs(storage, Samples.REPOSITORY, protection).directory(pack, size));
  }

  private static List<Location> locations(PackBuilder.Finished pack) {
    return locations(pack.directory());
  }

  private static List<Location> locations(PackDirectory directory) {
    return directory.entries().stream()
        .map(entry -> Location.of(directory.pack(), directory.content(), entry))
        .toList();
  }

  /// Reads every chunk from its place; the base of a delta by way of an index.
  private void assertChunks(MemoryStorage storage, List<Location> places, List<byte[]> chunks)
      throws Exception {
    List<Location> sorted =
        places.stream().sorted((left, right) -> left.id().compareTo(right.id())).toList();
    storage.publish(Index.name(SESSION), Content.of(indexOf(sorted)));
    try (Index index = new Index(storage, Samples.REPOSITORY);
        ChunkReader reader = new ChunkReader(storage, index, Protection.clear())) {
      index.add(SESSION);
      for (int i = 0; i < places.size(); i++) {
        assertThat(reader.read(places.get(i))).isEqualTo(chunks.get(i));
      }
    }
  }

  private static HexBlock frame(byte[] bytes, String kind) {
    return new HexBlock(bytes)
        .field(8, "magic")
        .field(2, "kind: " + kind)
        .field(2, "format version 1")
        .field(4, "zero")
        .field(16, "repository id");
  }

  private static HexBlock packHead(byte[] bytes) {
    return frame(bytes, "PACK").field(16, "pack id").field(16, "session id");
  }

  private static void packTail(HexBlock block, PackDirectory directory) {
    int slot = 0;
    for (BlobEntry entry : directory.entries()) {
      String name = "entry " + slot++ + ": ";
      block.field(32, name + "chunk id");
      BlobEntry.Place place = entry.place();
      block.field(4, "offset " + place.offset());
      block.field(4, "stored length " + place.storedLength());
      block.field(4, "raw length " + place.rawLength());
      block.field(4, "CRC-32C of the stored bytes");
      block.field(1, "encoding: " + entry.encoding());
      if (entry.base() != null) {
        block.field(32, "base");
      }
    }
    block.field(1, "content: " + directory.content()).field(3, "no parity");
    block.field(4, slot + (slot == 1 ? " blob" : " blobs"));
    block.field(4, "offset of the directory").field(4, "length of the directory");
    block.field(32, "seal").field(4, "CRC-32C of head, directory and footer");
  }

  private static String content(Location entry) {
    return entry.content() == PackContent.DATA ? "data" : "nodes";
  }

  private static String describe(Location entry) {
    return content(entry) + " at " + entry.place().offset() + ", " + entry.encoding();
  }

  /// Compares a block with the one in the page.
  ///
  /// @return the bytes that the page shows
  private static byte[] documented(String name, HexBlock block) throws IOException {
    String shown = example(name);
    assertThat(shown).as("the example '%s' of docs/format.md", name).isEqualTo(block.text());
    return HexBlock.parse(shown);
  }

  /// What stands between the fences that follow `<!-- example: NAME -->`.
  private static String example(String name) throws IOException {
    String page = Files.readString(Path.of("..", "docs", "format.md"));
    int mark = page.indexOf("<!-- example: " + name + " -->\n```");
    if (mark < 0) {
      return "";
    }
    int from = page.indexOf('\n', page.indexOf("```", mark)) + 1;
    return page.substring(from, page.indexOf("```", from));
  }

  private static ChunkId digest(byte[] content) {
    return Protection.clear().newDigest().of(content, 0, content.length);
  }

  private static byte[] text() {
    String digits = digest(ascii("cairn 0")).toString() + digest(ascii("cairn 1"));
    return ascii(digits + digits);
  }

  private static byte[] changed() {
    ByteWriter out = new ByteWriter(TEXT.length);
    return out.raw(TEXT, 0, 40).raw(ascii("CAIRN")).raw(TEXT, 45, TEXT.length - 45).toBytes();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
