package cairn.filesystem.btrfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Checksum;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Pool;
import java.io.IOException;
import java.util.HexFormat;

/// Reads all data that has checksums, every copy that is at hand.
final class Scrub {
  private static final int READ_BYTES = 1 << 20;

  private final Pool pool;
  private final BtrfsSuperblock superblock;
  private final ChunkMap map;
  private final Report report;
  private final byte[] buffer = new byte[READ_BYTES];

  Scrub(Pool pool, ChunkMap map, Report report) {
    this.pool = pool;
    this.superblock = pool.superblock();
    this.map = map;
    this.report = report;
  }

  /// Takes an item of the tree of checksums.
  void item(Item item) throws IOException {
    int each = superblock.checksum().bytes();
    int sector = superblock.sectorBytes();
    int count = item.size() / each;
    for (int done = 0; done < count; ) {
      long address = item.key().offset() + (long) done * sector;
      int wanted = (int) Math.min(READ_BYTES, (long) (count - done) * sector);
      int length;
      try {
        length = map.together(address, wanted);
        for (long place : map.copies(address, length)) {
          check(item, done, place, length);
        }
        if (map.copies(address, length).length == 0) {
          report.unknown("a part of the data lies on other devices");
        }
      } catch (CorruptData e) {
        report.problem(e);
        return;
      }
      done += length / sector;
    }
  }

  private void check(Item item, int first, long place, int length) throws IOException {
    if (!pool.holds(place, length)) {
      report.corrupt(
          Subject.of("data", Long.toUnsignedString(item.key().offset())),
          "place",
          Long.toString(place),
          "within the device");
      return;
    }
    pool.read(place, buffer, 0, length);
    report.read(length);
    Checksum checksum = superblock.checksum();
    int sector = superblock.sectorBytes();
    for (int at = 0; at < length; at += sector) {
      int index = first + at / sector;
      int stored = item.place(index * checksum.bytes());
      if (!checksum.fits(buffer, at, sector, item.bytes(), stored)) {
        HexFormat hex = HexFormat.of();
        long address = item.key().offset() + (long) index * sector;
        report.corrupt(
            Subject.of("data", Long.toUnsignedString(address)).at(pool.where(place + at)),
            "checksum",
            hex.formatHex(checksum.of(buffer, at, sector)),
            hex.formatHex(item.raw(index * checksum.bytes(), checksum.bytes())));
      }
    }
  }
}
