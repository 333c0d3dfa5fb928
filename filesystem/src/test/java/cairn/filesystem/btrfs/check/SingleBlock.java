package cairn.filesystem.btrfs.check;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
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

/// A block of a tree, and what is below it, as a part of an image that is checked by itself, as if
/// there was nothing else.
public final class SingleBlock {
  private final BtrfsSuperblock superblock;
  private final ChunkMap map;
  private final TreeRoot root;

  public SingleBlock(BtrfsSuperblock superblock, ChunkMap map, TreeRoot root) {
    this.superblock = superblock;
    this.map = map;
    this.root = root;
  }

  public void check(BlockReader volume, Findings findings) throws IOException {
    Report report = new Report(findings);
    ExtentTable extents = new ExtentTable(superblock.sectorBytes(), report);
    Usage usage = new Usage(extents);
    Pool pool = Pool.of(volume, superblock);
    Copies copies = new Copies(pool, map, report);
    Ownership.Items items = items(pool, extents, report);
    boolean whole = Walk.of(copies, root, new Ownership(extents, report, usage, items));
    extents.seal(whole);
    if (items instanceof Inodes inodes) {
      inodes.finish(whole);
    }
  }

  private Ownership.Items items(Pool pool, ExtentTable extents, Report report) {
    Groups groups = new Groups(report);
    SubvolumeNames names = new SubvolumeNames(report);
    Devices devices = new Devices(report);
    Covered covered = new Covered(extents, superblock, 1 << 20, report);
    return switch (Ids.small(root.id())) {
      case (int) Ids.ROOTS -> (item, fresh) -> root(item, names);
      case (int) Ids.EXTENTS -> {
        ExtentReader reader = new ExtentReader(superblock, map, extents, groups, report);
        yield (item, fresh) -> reader.item(item);
      }
      case (int) Ids.CHUNKS -> (item, fresh) -> chunk(item, pool, devices, report);
      case (int) Ids.DEVICES -> (item, fresh) -> devices.extent(item);
      case (int) Ids.CHECKSUMS -> (item, fresh) -> covered.item(item);
      case (int) Ids.QUOTAS -> {
        Quotas quotas = new Quotas(report);
        yield (item, fresh) -> quotas.item(item);
      }
      case (int) Ids.FREE_SPACE -> {
        FreeSpace free = new FreeSpace(extents, groups, superblock.sectorBytes(), report);
        yield (item, fresh) -> free.item(item);
      }
      case (int) Ids.UUIDS, (int) Ids.BLOCK_GROUPS -> (item, fresh) -> {};
      default -> new Inodes(root.id(), covered, superblock.hasNoHoles(), names, report);
    };
  }

  private static void root(Item item, SubvolumeNames names) {
    if (item.type() == Key.ROOT_ITEM) {
      Subvolume.of(new RootItem(item));
    } else {
      names.item(item);
    }
  }

  private static void chunk(Item item, Pool pool, Devices devices, Report report) {
    if (item.type() == Key.DEVICE_ITEM) {
      devices.device(item);
      return;
    }
    try {
      new ChunkMap(pool).add(Chunk.of(item));
    } catch (CorruptData e) {
      report.problem(e);
    } catch (NotHere e) {
      report.unknown(e.why());
    }
  }
}
