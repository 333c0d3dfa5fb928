package cairn.filesystem.btrfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.check.BtrfsCheck;
import cairn.filesystem.btrfs.file.BtrfsNode;
import cairn.filesystem.btrfs.tree.BlockSource;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Chunk;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.btrfs.tree.Pool;
import cairn.filesystem.btrfs.tree.RootItem;
import cairn.filesystem.btrfs.tree.Tree;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.check.Findings;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Filed;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Freshness;
import cairn.filesystem.used.Identity;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.Merging;
import cairn.filesystem.used.UsedVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One device of a btrfs, with others of it or alone.
///
/// The tree of extents holds everything that is in use, by logical addresses, and the tree of
/// chunks says where these lie. Not in it is what the tree of the log refers to: fsync writes that
/// one between two commits, a commit drops it, and so does freezing or unmounting.
public final class BtrfsFileSystem implements Format, Checkable, Filed {
  /// The kernel places no chunk there.
  private static final long RESERVED_BYTES = 1 << 20;

  private final BlockReader volume;
  private final BtrfsSuperblock superblock;
  private final Pool pool;

  private BtrfsFileSystem(Pool pool) {
    this.volume = pool.members().getFirst().volume();
    this.superblock = pool.superblock();
    this.pool = pool;
  }

  /// @param head the first bytes of the volume
  public static boolean recognises(Fields head) {
    return BtrfsSuperblock.recognises(head);
  }

  /// @throws CorruptData when the superblock is damaged
  public static BtrfsFileSystem open(BlockReader volume) throws IOException, CorruptData {
    return new BtrfsFileSystem(Pool.of(volume, BtrfsSuperblock.read(volume)));
  }

  /// Puts devices together that belong together. Those of one file system that are in different
  /// states, or of which one is there twice, stay alone: nothing says which to believe.
  ///
  /// @return each with the others of its file system, in the order given
  public static List<BtrfsFileSystem> joined(List<BtrfsFileSystem> devices) {
    Map<Optional<String>, List<Pool>> pools = new HashMap<>();
    for (BtrfsFileSystem device : devices) {
      pools.computeIfAbsent(device.superblock.uuid(), uuid -> new ArrayList<>()).add(device.pool);
    }
    List<BtrfsFileSystem> joined = new ArrayList<>();
    for (BtrfsFileSystem device : devices) {
      List<Pool> same = pools.getOrDefault(device.superblock.uuid(), List.of());
      boolean fit = Pool.fit(same);
      joined.add(fit ? new BtrfsFileSystem(device.pool.with(same)) : device);
    }
    return joined;
  }

  /// Of all at hand the one with the lowest number stands for them.
  @Override
  public boolean isFurtherDevice() {
    return pool.members().stream()
        .anyMatch(member -> member.superblock().deviceId() < superblock.deviceId());
  }

  /// The size is that of this device.
  @Override
  public Identity identity() {
    return new Identity("btrfs", superblock.uuid(), superblock.label(), superblock.deviceBytes());
  }

  @Override
  public Freshness freshness() {
    return superblock.hasLog() ? Freshness.STALE : Freshness.CURRENT;
  }

  @Override
  public void visitUsed(UsedVisitor visitor) throws IOException, CorruptData, MapRefused {
    Optional<String> unknown = superblock.unknownFeatures();
    if (unknown.isPresent()) {
      throw new MapRefused(unknown.get());
    }
    long bytes = superblock.deviceBytes();
    Subject.of("superblock", "btrfs")
        .check(bytes <= volume.size(), "device size", bytes, volume.size());
    Merging merging = new Merging(visitor);
    merging.used(0, Math.min(RESERVED_BYTES, volume.size()));
    for (long copy : BtrfsSuperblock.COPIES) {
      if (copy + BtrfsSuperblock.BYTES <= volume.size()) {
        merging.used(copy, BtrfsSuperblock.BYTES);
      }
    }
    if (bytes < volume.size()) {
      merging.used(bytes, volume.size() - bytes);
    }
    try {
      visitExtents(ChunkMap.read(pool), merging);
    } catch (NotHere e) {
      throw new MapRefused(e.why());
    }
    merging.flush();
  }

  /// All devices at hand are checked, whichever is asked for.
  @Override
  public void check(boolean deep, Findings findings) throws IOException {
    BtrfsCheck.run(pool, deep, findings);
  }

  /// The topmost directory of the subvolume with id 5. What waits in the log is not seen.
  @Override
  public FileNode root() throws IOException, CorruptData, Unreadable {
    return BtrfsNode.root(pool);
  }

  private void visitExtents(ChunkMap chunks, UsedVisitor visitor)
      throws IOException, CorruptData, NotHere {
    for (Chunk chunk : chunks.chunks()) {
      if (chunk.isSystem()) {
        chunks.visit(chunk.start(), chunk.length(), visitor::used);
      }
    }
    BlockSource source = new BlockSource(pool, chunks);
    Tree roots = new Tree(source, superblock.rootTree());
    Optional<Item> root = roots.find(new Key(Ids.EXTENTS, Key.ROOT_ITEM, 0));
    if (root.isEmpty()) {
      throw Subject.of("root item", Long.toString(Ids.EXTENTS)).corrupt("tree", "none", "one");
    }
    Extents extents = new Extents(superblock, chunks, visitor);
    new Tree(source, new RootItem(root.get()).root()).visit(Key.FIRST, Key.LAST, extents::item);
    Subject.of("superblock", "btrfs")
        .checkEqual(extents.bytes(), superblock.bytesUsed(), "bytes used");
  }
}
