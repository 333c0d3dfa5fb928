package cairn.filesystem.fat;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// The FAT that is in use: an entry of 12, 16 or 28 bits for each cluster, which names the next one
/// of its chain.
///
/// | entry                     | meaning                                                  |
/// |---------------------------|----------------------------------------------------------|
/// | 0                         | the cluster is free                                      |
/// | 2 and more                | the next cluster                                         |
/// | all ones but the last bit to that, less 8 | it is bad: `ff7`, `fff7`, `ffffff7`      |
/// | from `ff8`, `fff8`, `ffffff8` on | the chain ends                                    |
///
/// May be used by several threads.
final class FatTable {
  static final long END = -1;

  /// Three bytes hold two entries of FAT12, so that a page holds whole entries of any kind.
  private static final int PAGE_BYTES = 3 << 14;

  private static final int PAGES = 64;

  private final BlockReader volume;
  private final FatBootSector boot;
  private final int bits;
  private final long entriesOfPage;
  private final long clusters;
  private final Map<Long, Fields> pages = new LinkedHashMap<>(PAGES, 0.75f, true);
  private long lastPage = -1;
  private Fields last = Fields.littleEndian(new byte[0]);

  FatTable(BlockReader volume, FatBootSector boot) {
    this.volume = volume;
    this.boot = boot;
    this.bits = boot.entryBits();
    this.clusters = boot.clusters();
    this.entriesOfPage = PAGE_BYTES * 8L / bits;
  }

  /// @param cluster which there is
  long entry(long cluster) throws IOException, CorruptData {
    long number = cluster / entriesOfPage;
    return entry(page(number), (int) (cluster % entriesOfPage), bits);
  }

  /// @param piece of a FAT that begins with a whole entry
  static long entry(Fields piece, int index, int bits) {
    return switch (bits) {
      case 12 -> {
        int at = index * 3 / 2;
        int high = at + 1 < piece.size() ? piece.u8(at + 1) : 0;
        int both = piece.u8(at) | high << 8;
        yield index % 2 == 0 ? both & 0xFFF : both >>> 4;
      }
      case 16 -> piece.u16(index * 2);
      default -> piece.u32(index * 4) & 0x0FFF_FFFF;
    };
  }

  private long bad() {
    return (1L << Math.min(28, bits)) - 9;
  }

  boolean isBad(long entry) {
    return entry == bad();
  }

  boolean isEnd(long entry) {
    return entry > bad();
  }

  boolean isLink(long entry) {
    return entry >= FatBootSector.FIRST_CLUSTER && entry < clusters + FatBootSector.FIRST_CLUSTER;
  }

  /// The cluster behind this one; [#END] when it is the last one.
  ///
  /// @throws CorruptData when it belongs to no chain, or the next one does not exist
  long next(long cluster) throws IOException, CorruptData {
    long entry = entry(cluster);
    if (isEnd(entry)) {
      return END;
    }
    if (!isLink(entry)) {
      String have = entry == 0 ? "free" : isBad(entry) ? "bad" : Long.toString(entry);
      throw subject(cluster).corrupt("link", have, "a cluster or the end");
    }
    return entry;
  }

  Subject subject(long cluster) {
    return Subject.of("FAT", Integer.toString(boot.activeFat())).at(Long.toString(cluster));
  }

  private synchronized Fields page(long number) throws IOException, CorruptData {
    if (number == lastPage) {
      return last;
    }
    Fields page = pages.get(number);
    if (page == null) {
      page = read(number);
      if (pages.size() >= PAGES) {
        pages.remove(pages.keySet().iterator().next());
      }
      pages.put(number, page);
    }
    lastPage = number;
    last = page;
    return page;
  }

  private Fields read(long number) throws IOException, CorruptData {
    long from = number * PAGE_BYTES;
    long bytes = Math.ceilDiv((clusters + FatBootSector.FIRST_CLUSTER) * bits, 8);
    int length = (int) Math.min(PAGE_BYTES, bytes - from);
    long offset = boot.fatOffset(boot.activeFat()) + from;
    return Fields.littleEndian(Area.read(volume, offset, length, subject(number * entriesOfPage)));
  }
}
