package cairn.filesystem.btrfs;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.used.UsedVisitor;

/// Takes the items of the tree of extents and tells where the extents lie on the device. The key of
/// an extent is its address, its type, and its length, or for metadata of the newer kind, its
/// level.
final class Extents {
  private final BtrfsSuperblock superblock;
  private final ChunkMap chunks;
  private final UsedVisitor visitor;
  private long end;
  private long bytes;

  Extents(BtrfsSuperblock superblock, ChunkMap chunks, UsedVisitor visitor) {
    this.superblock = superblock;
    this.chunks = chunks;
    this.visitor = visitor;
  }

  /// How many bytes all extents have together.
  long bytes() {
    return bytes;
  }

  void item(Item item) throws CorruptData {
    Key key = item.key();
    if (key.type() != Key.EXTENT_ITEM && key.type() != Key.METADATA_ITEM) {
      return;
    }
    long address = key.objectId();
    long length = key.type() == Key.METADATA_ITEM ? superblock.nodeBytes() : key.offset();
    Subject subject = Subject.of("extent", Long.toUnsignedString(address));
    subject.check(address >= end, "address", address, end);
    boolean aligned = (address | length) % superblock.sectorBytes() == 0;
    subject.check(aligned, "alignment", address + "+" + length, superblock.sectorBytes());
    chunks.visit(address, length, visitor::used);
    end = address + length;
    bytes += length;
  }
}
