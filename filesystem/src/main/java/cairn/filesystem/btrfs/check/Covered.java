package cairn.filesystem.btrfs.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.layout.BlockSet;

/// Which sectors of the extents have a checksum.
final class Covered {
  private final ExtentTable extents;
  private final BtrfsSuperblock superblock;
  private final Report report;
  private final BlockSet covered;
  private boolean known;

  /// @param sectorsMax as many as there may be on all devices
  Covered(ExtentTable extents, BtrfsSuperblock superblock, long sectorsMax, Report report) {
    this.extents = extents;
    this.superblock = superblock;
    this.report = report;
    long sectors = extents.totalBytes() / superblock.sectorBytes();
    this.known = sectors >= 0 && sectors <= sectorsMax;
    this.covered = new BlockSet(known ? sectors : 0);
  }

  int sectorBytes() {
    return superblock.sectorBytes();
  }

  /// Takes an item of the tree of checksums: each must be of data that is in use.
  void item(Item item) {
    long at = item.key().offset();
    long end = at + item.size() / superblock.checksum().bytes() * (long) superblock.sectorBytes();
    if (!known) {
      return;
    }
    int index = extents.floor(at);
    while (at < end) {
      if (!extents.holds(index, at, 1)) {
        index++;
        long next = index < extents.size() ? Math.min(end, extents.start(index)) : end;
        if (next > at) {
          orphan(at, next);
        }
        at = next;
      } else {
        long next = Math.min(end, extents.end(index));
        if (!extents.isData(index)) {
          orphan(at, next);
        }
        covered.add(extents.sector(index, at), extents.sector(index, next));
        at = next;
      }
    }
  }

  /// Nothing is known, as not all could be read.
  void forget() {
    known = false;
  }

  private void orphan(long from, long to) {
    if (extents.isComplete()) {
      report.corrupt(
          Subject.of("checksums", from + "+" + (to - from)), "data extent", "none", "one");
    }
  }

  /// How much of a range within an extent has checksums.
  ///
  /// @return 0 nothing, 1 a part, 2 all of it, -1 when it is not within an extent
  int of(long address, long bytes) {
    int index = extents.floor(address);
    if (!known || !extents.holds(index, address, bytes)) {
      return -1;
    }
    long first = extents.sector(index, address);
    long end = extents.sector(index, address + bytes);
    long found = covered.count(first, end);
    return found == 0 ? 0 : found == end - first ? 2 : 1;
  }
}
