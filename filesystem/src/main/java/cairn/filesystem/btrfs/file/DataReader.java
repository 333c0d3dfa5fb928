package cairn.filesystem.btrfs.file;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Checksum;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.btrfs.tree.Pool;
import cairn.filesystem.btrfs.tree.Tree;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads data of files by its logical address, of each sector the first copy that has the right
/// checksum.
final class DataReader {
  private final Pool pool;
  private final BtrfsSuperblock superblock;
  private final ChunkMap map;
  private final Tree checksums;

  DataReader(Pool pool, ChunkMap map, Tree checksums) {
    this.pool = pool;
    this.superblock = pool.superblock();
    this.map = map;
    this.checksums = checksums;
  }

  /// Reads whole sectors.
  ///
  /// @param sealed whether they must have checksums
  byte[] read(long address, int length, boolean sealed) throws IOException, CorruptData, NotHere {
    byte[] bytes = new byte[length];
    byte[] sums = sealed ? sums(address, length) : null;
    for (int at = 0; at < length; ) {
      int together = map.together(address + at, length - at);
      readTogether(address, at, together, bytes, sums);
      at += together;
    }
    return bytes;
  }

  private void readTogether(long address, int at, int length, byte[] bytes, byte @Nullable [] sums)
      throws IOException, CorruptData, NotHere {
    long[] places = map.copies(address + at, length);
    if (places.length == 0) {
      throw NotHere.data();
    }
    CorruptData failure = null;
    IOException unread = null;
    for (long place : places) {
      Subject subject =
          Subject.of("data", Long.toUnsignedString(address + at)).at(pool.where(place));
      subject.check(pool.holds(place, length), "place", place, "within the device");
      try {
        pool.read(place, bytes, at, length);
        check(address, at, length, bytes, sums);
        return;
      } catch (IOException e) {
        unread = e;
      } catch (CorruptData e) {
        failure = e;
      }
    }
    if (failure != null && places.length > 1 && length > superblock.sectorBytes()) {
      readApart(address, at, length, bytes, sums);
    } else if (unread != null) {
      throw unread;
    } else if (failure != null) {
      throw failure;
    }
  }

  /// Each copy has a sector that is damaged, but perhaps not the same one.
  private void readApart(long address, int at, int length, byte[] bytes, byte @Nullable [] sums)
      throws IOException, CorruptData, NotHere {
    for (int sector = at; sector < at + length; sector += superblock.sectorBytes()) {
      readTogether(address, sector, superblock.sectorBytes(), bytes, sums);
    }
  }

  private void check(long address, int at, int length, byte[] bytes, byte @Nullable [] sums)
      throws CorruptData {
    if (sums == null) {
      return;
    }
    Checksum checksum = superblock.checksum();
    int sector = superblock.sectorBytes();
    for (int from = at; from < at + length; from += sector) {
      int stored = from / sector * checksum.bytes();
      if (!checksum.fits(bytes, from, sector, sums, stored)) {
        HexFormat hex = HexFormat.of();
        throw Subject.of("data", Long.toUnsignedString(address + from))
            .corrupt(
                "checksum",
                hex.formatHex(checksum.of(bytes, from, sector)),
                hex.formatHex(sums, stored, stored + checksum.bytes()));
      }
    }
  }

  /// The checksums of a range, one for each sector.
  private byte[] sums(long address, int length) throws IOException, CorruptData, NotHere {
    int each = superblock.checksum().bytes();
    int sector = superblock.sectorBytes();
    byte[] sums = new byte[length / sector * each];
    long end = address + length;
    long at = address;
    while (at < end) {
      Optional<Item> found = checksums.floor(new Key(Ids.CHECKSUM_OBJECT, Key.EXTENT_CSUM, at));
      long start = found.map(item -> item.key().offset()).orElse(at);
      int count = found.map(item -> item.size() / each).orElse(0);
      long skip = (at - start) / sector;
      // Of an address beyond 2^63 the difference is negative.
      if (skip < 0 || skip >= count) {
        throw Subject.of("data", Long.toUnsignedString(at)).corrupt("checksum", "none", "one");
      }
      int taken = (int) Math.min(count - skip, (end - at) / sector);
      byte[] part = found.orElseThrow().raw((int) skip * each, taken * each);
      System.arraycopy(part, 0, sums, (int) ((at - address) / sector) * each, part.length);
      at += (long) taken * sector;
    }
    return sums;
  }
}
