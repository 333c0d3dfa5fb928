package cairn.repository.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import cairn.repository.crypto.Protection;
import cairn.repository.pack.Packs;
import cairn.repository.read.ChunkReader;
import cairn.repository.read.NodeReader;
import cairn.repository.test.Samples;
import cairn.repository.tree.Item;
import cairn.repository.tree.Key;
import cairn.repository.tree.Node;
import cairn.repository.tree.Promise;
import cairn.repository.tree.TreeRoot;
import cairn.repository.tree.TreeWriter;
import cairn.repository.tree.VolumeTree;
import cairn.repository.write.NodeEncoder;
import cairn.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeWriterTest {
  private static final long BLOCKS = 1024;
  private static final int STORED = 1024;

  private final List<ChunkId> stored = new ArrayList<>();
  private RandomGenerator chance = new Seed(0).random();
  private MemoryStorage start = new MemoryStorage();
  private int sessions;

  @BeforeEach
  void newChunks(Seed seed) throws Exception {
    chance = seed.random();
    start = new MemoryStorage();
    try (WriteSession session = Writing.open(start, ObjectId.random(chance), chance)) {
      for (int i = 0; i < STORED; i++) {
        byte[] chunk = ByteBuffer.allocate(8).putLong(chance.nextLong()).array();
        Writing.store(session, chunk);
        stored.add(Writing.id(chunk));
      }
      session.commitUploads();
    }
  }

  @Test
  void aTreeIsStoredOnceAndReadBack() throws Exception {
    TreeRoot first = write(start, stored);
    int packs = start.list("packs").size();
    assertThat(write(start, stored)).isEqualTo(first);
    assertThat(start.list("packs")).hasSize(packs);
    Packs all = new Packs(start, Samples.REPOSITORY, Protection.clear());
    try (CommittedIndex index = CommittedIndex.open(all);
        ChunkReader chunks = new ChunkReader(start, index.index(), Protection.clear())) {
      VolumeTree tree = new VolumeTree(new NodeReader(chunks), first, 2000);
      assertThat(tree.chunks(0, STORED)).containsExactlyElementsOf(stored);
      NodeReader reader = new NodeReader(chunks);
      Promise wrong = new Promise(first.id(), 0, null, STORED, 2000);
      assertThatThrownBy(() -> reader.load(wrong))
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining("corrupt node " + first.id() + ": level, have 1 expect 0");
    }
  }

  private TreeRoot write(MemoryStorage storage, List<ChunkId> chunks) throws Exception {
    try (WriteSession session = Writing.open(storage, ObjectId.random(chance), chance);
        NodeEncoder encoder = new NodeEncoder(Protection.clear())) {
      TreeWriter writer = new TreeWriter(new NodeWriter(session, encoder, 2000), 2000);
      for (int i = 0; i < chunks.size(); i++) {
        writer.add(i, chunks.get(i));
      }
      TreeRoot root = writer.finish().orElseThrow();
      session.commitUploads();
      return root;
    }
  }

  /// One bit of memory, between the tree and the gate: in a full leaf each is found.
  @Test
  void aFlippedBitInAFullLeafEndsTheSession() throws Exception {
    for (int i = 0; i < 60; i++) {
      int slot = chance.nextInt(STORED);
      assertRefused(flippedId(slot, chance.nextInt(256)), slot);
      assertRefused(flippedKey(slot, chance.nextInt(64), Part.OFFSET), null);
      assertRefused(flippedKey(slot, chance.nextInt(64), Part.OBJECT), slot);
      assertRefused(flippedKey(slot, chance.nextInt(8), Part.TYPE), slot);
    }
  }

  @Test
  void aNodeNamesOnlyWhatIsStored() throws Exception {
    Node unknownChild = new Node(1, List.of(new Item(Key.block(0), Samples.chunkId(chance), 5)));
    assertRefused(unknownChild, 0);
  }

  private enum Part {
    OBJECT,
    TYPE,
    OFFSET
  }

  private Node flippedId(int slot, int bit) {
    List<Item> items = items();
    byte[] id = items.get(slot).id().toBytes();
    id[bit / 8] ^= (byte) (1 << bit % 8);
    items.set(slot, Item.block(slot, ChunkId.of(id)));
    return new Node(0, items);
  }

  private Node flippedKey(int slot, int bit, Part part) {
    List<Item> items = items();
    Key key = Key.block(slot);
    Key flipped =
        switch (part) {
          case OBJECT -> new Key(key.object() ^ 1L << bit, key.type(), key.offset());
          case TYPE -> new Key(key.object(), key.type() ^ 1 << bit, key.offset());
          case OFFSET -> new Key(key.object(), key.type(), key.offset() ^ 1L << bit);
        };
    items.set(slot, new Item(flipped, items.get(slot).id(), 1));
    return new Node(0, items);
  }

  private List<Item> items() {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < STORED; i++) {
      items.add(Item.block(i, stored.get(i)));
    }
    return items;
  }

  /// The node is refused, nothing of it is published, and the session does nothing more.
  private void assertRefused(Node node, @Nullable Integer slot) throws Exception {
    MemoryStorage storage = start.copy();
    ObjectId id = Samples.objectId(100 + sessions++ % 100);
    try (WriteSession session = Writing.open(storage, id, chance);
        NodeEncoder encoder = new NodeEncoder(Protection.clear())) {
      int objects = storage.list("").size();
      NodeWriter writer = new NodeWriter(session, encoder, BLOCKS);
      assertThatThrownBy(() -> writer.store(node))
          .isInstanceOf(CorruptData.class)
          .hasMessageStartingWith("corrupt node about to be written")
          .hasMessageContaining(slot == null ? " slot=" : " slot=" + slot + ": ");
      Node good = new Node(0, items());
      assertThatThrownBy(() -> writer.store(good)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> session.commit(Writing.SNAPSHOT, new byte[1]))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("the session failed before: corrupt node about to be written");
      assertThat(storage.list("")).hasSize(objects);
      assertThat(storage.list("sessions/open")).hasSize(1);
    }
  }
}
