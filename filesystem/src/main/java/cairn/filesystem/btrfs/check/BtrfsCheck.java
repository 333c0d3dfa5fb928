package cairn.filesystem.btrfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Chunk;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.btrfs.tree.Pool;
import cairn.filesystem.btrfs.tree.RootItem;
import cairn.filesystem.btrfs.tree.TreeRoot;
import cairn.filesystem.check.Findings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Checks one btrfs, tree after tree: first those that say where everything lies and what is in
/// use, then those that use it, and at the end what was counted.
public final class BtrfsCheck {
  /// On other devices there may be this many sectors at most: 256 TiB in sectors of 4 KiB.
  private static final long SECTORS_MAX = 1L << 36;

  private final Pool pool;
  private final BtrfsSuperblock superblock;
  private final boolean deep;
  private final Report report;
  private final List<Subvolume> roots = new ArrayList<>();
  private final Devices devices;
  private final ExtentTable extents;
  private final Groups groups;
  private final Usage usage;
  private final SubvolumeNames names;
  private final Quotas quotas;
  private final Uuids uuids;
  private final SpaceCaches caches;

  /// Whether the tree of roots could be read.
  private boolean rooted;

  /// Whether every tree that refers to extents could be read.
  private boolean whole = true;

  private BtrfsCheck(Pool pool, boolean deep, Findings findings) {
    this.pool = pool;
    this.superblock = pool.superblock();
    this.deep = deep;
    this.report = new Report(findings);
    this.devices = new Devices(report);
    this.extents = new ExtentTable(superblock.sectorBytes(), report);
    this.groups = new Groups(report);
    this.usage = new Usage(extents);
    this.names = new SubvolumeNames(report);
    this.quotas = new Quotas(report);
    this.uuids = new Uuids(report);
    this.caches = new SpaceCaches(report);
  }

  /// @param deep also read all data that has checksums
  public static void run(Pool pool, boolean deep, Findings findings) throws IOException {
    new BtrfsCheck(pool, deep, findings).run();
  }

  private void run() throws IOException {
    for (Pool.Member member : pool.members()) {
      Superblocks.check(member.volume(), member.superblock(), report);
    }
    Optional<String> unknown = superblock.unknownFeatures();
    if (unknown.isPresent()) {
      report.unknown(unknown.get());
      return;
    }
    Optional<ChunkMap> system = systemChunks();
    if (system.isPresent()) {
      Copies copies = new Copies(pool, system.get(), report);
      checkTrees(copies, system.get());
    }
    report.finish();
  }

  private Optional<ChunkMap> systemChunks() {
    try {
      return Optional.of(ChunkMap.system(pool));
    } catch (CorruptData e) {
      report.problem(e);
    } catch (NotHere e) {
      report.unknown(e.why());
    }
    return Optional.empty();
  }

  private void checkTrees(Copies copies, ChunkMap system) throws IOException {
    ChunkMap map = new ChunkMap(pool);
    boolean mapped = walk(copies, superblock.chunkTree(), (item, fresh) -> chunk(item, map));
    copies.use(map);
    if (mapped) {
      pool.members().forEach(member -> devices.compare(member.superblock()));
      compareSystem(system, map);
    }
    rooted = walk(copies, superblock.rootTree(), (item, fresh) -> root(item));
    ExtentReader reader = new ExtentReader(superblock, map, extents, groups, report);
    boolean found = walk(copies, Ids.EXTENTS, (item, fresh) -> reader.item(item));
    if (superblock.hasBlockGroupTree()) {
      found &= walk(copies, Ids.BLOCK_GROUPS, (item, fresh) -> groups.add(item));
    }
    extents.seal(found && mapped);
    if (walk(copies, Ids.DEVICES, (item, fresh) -> devices.extent(item)) && mapped) {
      devices.compare(map);
    }
    if (extents.isComplete()) {
      groups.compare(map);
      groups.compare(extents, superblock);
    }
    checkFreeSpace(copies);
    checkFiles(copies, map);
    if (whole && extents.isComplete()) {
      extents.compare();
    }
    new LogCheck(copies, superblock, report).run();
  }

  private void chunk(Item item, ChunkMap map) {
    if (item.type() == Key.DEVICE_ITEM) {
      devices.device(item);
      return;
    }
    try {
      map.add(Chunk.of(item));
    } catch (CorruptData e) {
      report.problem(e);
    } catch (NotHere e) {
      report.unknown(e.why());
    }
  }

  private void compareSystem(ChunkMap system, ChunkMap map) {
    for (Chunk chunk : map.chunks()) {
      if (chunk.isSystem()
          && !system.chunk(chunk.start(), chunk.length()).equals(Optional.of(chunk))) {
        report.corrupt(
            Subject.of("superblock", "btrfs"), "system chunk", "another", "at " + chunk.start());
      }
    }
    for (Chunk chunk : system.chunks()) {
      if (!map.chunk(chunk.start(), chunk.length()).equals(Optional.of(chunk))) {
        report.corrupt(
            Subject.of("superblock", "btrfs"), "system chunk", "at " + chunk.start(), "none");
      }
    }
  }

  private void root(Item item) {
    if (item.type() == Key.ROOT_ITEM) {
      RootItem root = new RootItem(item);
      roots.add(Subvolume.of(root));
      uuids.root(root);
    } else {
      names.item(item);
      caches.item(item);
    }
  }

  private boolean walk(Copies copies, TreeRoot root, Ownership.Items items) throws IOException {
    Ownership.root(extents, root);
    boolean complete = Walk.of(copies, root, new Ownership(extents, report, usage, items));
    whole &= complete;
    return complete;
  }

  /// Of a tree that there must be one of.
  private boolean walk(Copies copies, long id, Ownership.Items items) throws IOException {
    boolean complete = true;
    boolean found = false;
    for (Subvolume root : roots) {
      if (root.id() == id) {
        found = true;
        complete &= walk(copies, root.root(), items);
      }
    }
    if (!found && rooted) {
      report.corrupt(Subject.of("tree", Long.toUnsignedString(id)), "root item", "none", "one");
    }
    return complete && found;
  }

  private boolean has(long id) {
    return roots.stream().anyMatch(root -> root.id() == id);
  }

  private void checkFreeSpace(Copies copies) throws IOException {
    if (rooted && extents.isComplete()) {
      caches.compare(groups);
    }
    if (has(Ids.FREE_SPACE) || superblock.hasFreeSpaceTree()) {
      FreeSpace free = new FreeSpace(extents, groups, superblock.sectorBytes(), report);
      boolean valid = superblock.hasFreeSpaceTree() && extents.isComplete();
      boolean read =
          walk(
              copies,
              Ids.FREE_SPACE,
              (item, fresh) -> {
                if (valid) {
                  free.item(item);
                }
              });
      if (valid) {
        free.finish(read);
      }
    }
  }

  private void checkFiles(Copies copies, ChunkMap map) throws IOException {
    long most =
        superblock.deviceCount() == 1 ? pool.size() / superblock.sectorBytes() : SECTORS_MAX;
    Covered covered = new Covered(extents, superblock, most, report);
    Scrub scrub = new Scrub(pool, map, report);
    boolean sealed =
        walk(
            copies,
            Ids.CHECKSUMS,
            (item, fresh) -> {
              covered.item(item);
              if (deep) {
                scrub.item(item);
              }
            });
    if (!sealed || !extents.isComplete()) {
      covered.forget();
    }
    checkOthers(copies);
    boolean all = checkSubvolumes(copies, covered);
    Set<Long> removed = new HashSet<>();
    Set<Long> subvolumes = new HashSet<>();
    for (Subvolume root : roots) {
      if (Ids.isSubvolume(root.id())) {
        (root.isRemoved() ? removed : subvolumes).add(root.id());
      }
    }
    subvolumes.addAll(removed);
    if (rooted) {
      names.compare(subvolumes, removed, all);
    }
    if (rooted && all && removed.isEmpty() && extents.isComplete()) {
      quotas.compare(usage.bytes());
    }
  }

  /// The trees that nothing else here depends on.
  private void checkOthers(Copies copies) throws IOException {
    if (has(Ids.UUIDS)) {
      boolean read = walk(copies, Ids.UUIDS, (item, fresh) -> uuids.item(item));
      if (read && rooted && superblock.knowsUuids()) {
        uuids.compare();
      }
    }
    if (has(Ids.QUOTAS)) {
      usage.enable();
      if (walk(copies, Ids.QUOTAS, (item, fresh) -> quotas.item(item))) {
        quotas.compareGroups();
      }
    }
    if (!superblock.hasBlockGroupTree() && has(Ids.BLOCK_GROUPS)) {
      walk(copies, Ids.BLOCK_GROUPS, (item, fresh) -> {});
    }
  }

  private boolean checkSubvolumes(Copies copies, Covered covered) throws IOException {
    if (rooted && !has(Ids.TOP_SUBVOLUME)) {
      report.corrupt(Subject.of("tree", "5"), "root item", "none", "one");
    }
    boolean all = true;
    for (Subvolume root : roots) {
      boolean subvolume = Ids.isSubvolume(root.id());
      if (subvolume || root.id() == Ids.DATA_RELOCATION || root.id() == Ids.RELOCATION) {
        all &= checkSubvolume(copies, covered, root);
      }
    }
    return all;
  }

  private boolean checkSubvolume(Copies copies, Covered covered, Subvolume root)
      throws IOException {
    Inodes inodes = new Inodes(root.id(), covered, superblock.hasNoHoles(), names, report);
    boolean files = !root.isRemoved() && root.id() != Ids.RELOCATION;
    usage.open(files && Ids.isSubvolume(root.id()) ? root.id() : 0);
    Ownership.root(extents, root.root());
    Ownership.Items items = files ? inodes : (item, fresh) -> {};
    boolean complete =
        Walk.of(copies, root.root(), root.removed(), new Ownership(extents, report, usage, items));
    usage.open(0);
    whole &= complete;
    if (files) {
      inodes.finish(complete);
    }
    return complete;
  }
}
