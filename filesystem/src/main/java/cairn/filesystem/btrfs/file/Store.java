package cairn.filesystem.btrfs.file;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.BlockSource;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.btrfs.tree.Pool;
import cairn.filesystem.btrfs.tree.RootItem;
import cairn.filesystem.btrfs.tree.Tree;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What all nodes of a file system share: its trees, and its data.
final class Store {
  private final BtrfsSuperblock superblock;
  private final BlockSource source;
  private final Tree roots;
  private final DataReader data;
  private final Map<Long, Tree> trees = new ConcurrentHashMap<>();

  private Store(Pool pool, ChunkMap map) throws IOException, CorruptData, NotHere {
    this.superblock = pool.superblock();
    this.source = new BlockSource(pool, map);
    this.roots = new Tree(source, superblock.rootTree());
    this.data = new DataReader(pool, map, find(Ids.CHECKSUMS));
  }

  static Store open(Pool pool) throws IOException, CorruptData, Unreadable {
    Optional<String> unknown = pool.superblock().unknownFeatures();
    if (unknown.isPresent()) {
      throw new Unreadable(unknown.get());
    }
    try {
      return new Store(pool, ChunkMap.read(pool));
    } catch (NotHere e) {
      throw new Unreadable(e.why());
    }
  }

  int sectorBytes() {
    return superblock.sectorBytes();
  }

  DataReader data() {
    return data;
  }

  /// The tree of a subvolume.
  Tree tree(long id) throws IOException, CorruptData, NotHere {
    Tree known = trees.get(id);
    if (known == null) {
      known = find(id);
      trees.put(id, known);
    }
    return known;
  }

  private Tree find(long id) throws IOException, CorruptData, NotHere {
    Optional<Item> item = roots.floor(new Key(id, Key.ROOT_ITEM, -1));
    if (item.isEmpty() || item.get().key().objectId() != id || item.get().type() != Key.ROOT_ITEM) {
      throw Subject.of("tree", Long.toUnsignedString(id)).corrupt("root item", "none", "one");
    }
    return new Tree(source, new RootItem(item.get()).root());
  }

  /// Whether a subvolume really lies in another one. A snapshot of that one has the name, too, and
  /// shows an empty directory.
  boolean isWithin(long parent, long child) throws IOException, CorruptData, NotHere {
    return roots.find(new Key(parent, Key.ROOT_REF, child)).isPresent();
  }
}
