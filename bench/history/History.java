import cairn.base.bytes.ChunkId;
import cairn.base.bytes.Slice;
import cairn.base.bytes.ObjectId;
import cairn.engine.Surroundings;
import cairn.repository.Repository;
import cairn.repository.chunk.Codec;
import cairn.repository.chunk.Encoding;
import cairn.repository.config.RepositoryConfig;
import cairn.repository.crypto.Protection;
import cairn.repository.pack.Blob;
import cairn.repository.pack.PackContent;
import cairn.repository.session.Owner;
import cairn.repository.session.WriteSession;
import cairn.repository.snapshot.Counts;
import cairn.repository.snapshot.Details;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.Item;
import cairn.repository.tree.Node;
import cairn.repository.tree.Shape;
import cairn.repository.tree.TreeRoot;
import cairn.repository.write.NodeEncoder;
import cairn.storage.Content;
import cairn.storage.DirectoryStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Fills a repository with many snapshots of one large volume, of which the metadata is real and each
/// data blob is a single byte. Between two snapshots a few runs of blocks change.
///
/// Arguments: the repository's folder, snapshots, GiB of the volume, runs and blocks in a run that change each time.
public final class History {
  private static final int BLOCK_BYTES = 128 << 10;
  private static final int SNAPSHOTS_A_SESSION = 250;
  private static final Owner OWNER =
      new Owner("bench", "boot", ProcessHandle.current().pid(), "bench");
  private static final Slice DATA = Slice.of(new byte[1]);

  private final Repository repository;
  private final Surroundings surroundings;
  private final NodeEncoder encoder;
  private final Random chance;
  private final long[] ids;
  private final List<Item[]> levels = new ArrayList<>();
  private final List<Snapshot> uncommitted = new ArrayList<>();
  private WriteSession session;
  private long nodes;
  private long chunks;

  private History(Repository repository, Surroundings surroundings, Random chance, int blocks)
      throws Exception {
    this.repository = repository;
    this.surroundings = surroundings;
    this.encoder = new NodeEncoder(repository.protection());
    this.chance = chance;
    this.ids = new long[blocks * 4];
    this.session = surroundings.openSession(repository);
    for (int count = nodesOver(blocks); ; count = nodesOver(count)) {
      levels.add(new Item[count]);
      if (count == 1) {
        break;
      }
    }
  }

  public static void main(String... arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    int snapshots = Integer.parseInt(arguments[1]);
    int blocks = Integer.parseInt(arguments[2]) << 13;
    int runs = Integer.parseInt(arguments[3]);
    int length = Integer.parseInt(arguments[4]);
    Random chance = new Random(1);
    try (DirectoryStorage storage = DirectoryStorage.open(folder, chance)) {
      RepositoryConfig config = Repository.readConfig(storage);
      Surroundings surroundings =
          new Surroundings(InstantSource.system(), chance, OWNER, 2);
      Repository repository = new Repository(storage, config, Protection.clear());
      History history = new History(repository, surroundings, chance, blocks);
      history.change(0, blocks);
      history.take(0);
      for (int number = 1; number < snapshots; number++) {
        for (int run = 0; run < runs; run++) {
          history.change(chance.nextInt(blocks - length), length);
        }
        history.take(number);
      }
      history.commit();
      System.out.printf(
          "%d snapshots, %d nodes, %d chunks%n", snapshots, history.nodes, history.chunks);
    }
  }

  private static int nodesOver(int count) {
    return (count + Shape.FANOUT - 1) / Shape.FANOUT;
  }

  private void change(int first, int count) throws Exception {
    for (int block = first; block < first + count; block++) {
      for (int word = 0; word < 4; word++) {
        ids[4 * block + word] = chance.nextLong();
      }
      ChunkId id = idOf(block);
      session.claim(id);
      session.append(
          PackContent.DATA, new Blob(id, BLOCK_BYTES, Encoding.ZSTD, null, Blob.NO_CLEAR, DATA));
      chunks++;
    }
    for (int level = 0; level < levels.size(); level++) {
      Item[] nodes = levels.get(level);
      int from = (int) Shape.nodeOf(first, level);
      int to = (int) Shape.nodeOf(first + count - 1, level);
      for (int node = from; node <= to; node++) {
        nodes[node] = null;
      }
    }
  }

  private ChunkId idOf(int block) {
    int at = 4 * block;
    return new ChunkId(ids[at], ids[at + 1], ids[at + 2], ids[at + 3]);
  }

  private Item item(int level, int place) throws Exception {
    Item known = levels.get(level)[place];
    if (known != null) {
      return known;
    }
    int below = level == 0 ? ids.length / 4 : levels.get(level - 1).length;
    List<Item> items = new ArrayList<>();
    int end = Math.min(below, (place + 1) * Shape.FANOUT);
    for (int child = place * Shape.FANOUT; child < end; child++) {
      items.add(level == 0 ? Item.block(child, idOf(child)) : item(level - 1, child));
    }
    Node node = new Node(level, items);
    Item made = new Item(node.firstKey(), store(node), node.count());
    levels.get(level)[place] = made;
    return made;
  }

  private ChunkId store(Node node) throws Exception {
    byte[] bytes = node.toBytes();
    ChunkId id = encoder.id(bytes);
    session.claim(id);
    Slice room = Slice.of(new byte[Codec.boundBytes(bytes.length)]);
    session.append(
        PackContent.NODES,
        encoder.encode(id, bytes, Node.clearBytes(node.items().size()), room));
    nodes++;
    return id;
  }

  private void take(int number) throws Exception {
    int top = levels.size() - 1;
    Item root = item(top, 0);
    int blocks = ids.length / 4;
    VolumeImage volume =
        new VolumeImage(
            "disk",
            (long) blocks * BLOCK_BYTES,
            BLOCK_BYTES,
            Optional.of(new TreeRoot(root.id(), top, blocks)),
            Map.of("kind", "file", "path", "/disk"));
    Instant time = Instant.EPOCH.plus(Duration.ofHours(400_000 + number));
    Counts counts = new Counts(blocks, 0, 0, 0, 0, 0);
    Details details =
        new Details(
            Optional.empty(), "bench", "bench", List.of(), true, time, List.of(volume), counts);
    ObjectId id = ObjectId.random(chance);
    uncommitted.add(new Snapshot(id, session.id(), "disk", time, details));
    if (uncommitted.size() == SNAPSHOTS_A_SESSION) {
      commit();
      session = surroundings.openSession(repository);
    }
  }

  private void commit() throws Exception {
    session.commitUploads();
    session.close();
    for (Snapshot snapshot : uncommitted) {
      publish(snapshot);
    }
    uncommitted.clear();
  }

  private void publish(Snapshot snapshot) throws Exception {
    byte[] record = repository.encode(snapshot, chance);
    repository.storage().publish(snapshot.name(), Content.of(record));
  }
}
