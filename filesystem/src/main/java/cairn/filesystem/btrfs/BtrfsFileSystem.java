package cairn.filesystem.btrfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Freshness;
import cairn.filesystem.used.Identity;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.Merging;
import cairn.filesystem.used.UsedVisitor;
import java.io.IOException;

/// One device of a btrfs.
///
/// The tree of extents holds everything that is in use, by logical addresses, and the tree of
/// chunks says where these lie. Not in it is what the tree of the log refers to: fsync writes that
/// one between two commits, a commit drops it, and so does freezing or unmounting.
public final class BtrfsFileSystem implements Format {
  /// The kernel places no chunk there.
  private static final long RESERVED_BYTES = 1 << 20;

  /// In an item of the tree of roots: `struct btrfs_root_item`.
  private static final int ROOT_GENERATION_AT = 160;

  private static final int ROOT_ADDRESS_AT = 176;
  private static final int ROOT_LEVEL_AT = 238;
  private static final int ROOT_BYTES_MIN = 239;
  private static final int LEVEL_MAX = 7;

  private final BlockReader volume;
  private final BtrfsSuperblock superblock;

  private BtrfsFileSystem(BlockReader volume, BtrfsSuperblock superblock) {
    this.volume = volume;
    this.superblock = superblock;
  }

  /// @param head the first bytes of the volume
  public static boolean recognises(Fields head) {
    return BtrfsSuperblock.recognises(head);
  }

  /// @throws CorruptData when the superblock is damaged
  public static BtrfsFileSystem open(BlockReader volume) throws IOException, CorruptData {
    return new BtrfsFileSystem(volume, BtrfsSuperblock.read(volume));
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
    superblock.checkFeatures();
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
    visitExtents(chunks(), merging);
    merging.flush();
  }

  private ChunkMap chunks() throws IOException, CorruptData, MapRefused {
    ChunkMap all = new ChunkMap(superblock.deviceId(), superblock.deviceBytes());
    new Tree(volume, superblock, ChunkMap.system(superblock))
        .visit(
            superblock.chunkTree(),
            Key.FIRST,
            Key.LAST,
            (key, data) -> {
              if (key.type() == Key.CHUNK_ITEM) {
                all.add(Chunk.read(key, data));
              }
            });
    return all;
  }

  private void visitExtents(ChunkMap chunks, UsedVisitor visitor)
      throws IOException, CorruptData, MapRefused {
    for (Chunk chunk : chunks.chunks()) {
      if (chunk.isSystem()) {
        chunks.visit(chunk.start(), chunk.length(), visitor);
      }
    }
    Tree tree = new Tree(volume, superblock, chunks);
    Extents extents = new Extents(superblock, chunks, visitor);
    tree.visit(extentRoot(tree), Key.FIRST, Key.LAST, extents::item);
    Subject.of("superblock", "btrfs")
        .checkEqual(extents.bytes(), superblock.bytesUsed(), "bytes used");
  }

  private TreeRoot extentRoot(Tree tree) throws IOException, CorruptData, MapRefused {
    TreeRoot[] found = new TreeRoot[1];
    Key low = new Key(TreeRoot.EXTENTS, Key.ROOT_ITEM, 0);
    Key high = new Key(TreeRoot.EXTENTS, Key.ROOT_ITEM, -1);
    Subject subject = Subject.of("root item", Long.toString(TreeRoot.EXTENTS));
    tree.visit(
        superblock.rootTree(),
        low,
        high,
        (key, data) -> {
          subject.check(data.size() >= ROOT_BYTES_MIN, "size", data.size(), ROOT_BYTES_MIN);
          int level = data.u8(ROOT_LEVEL_AT);
          subject.check(level <= LEVEL_MAX, "level", level, LEVEL_MAX);
          found[0] =
              new TreeRoot(
                  TreeRoot.EXTENTS, data.u64(ROOT_ADDRESS_AT), level, data.u64(ROOT_GENERATION_AT));
        });
    if (found[0] == null) {
      throw subject.corrupt("extent tree", "none", "one");
    }
    return found[0];
  }
}
