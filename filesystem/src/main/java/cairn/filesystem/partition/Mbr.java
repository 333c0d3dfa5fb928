package cairn.filesystem.partition;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Identity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/// The master boot record, the first sector of a disk, and the extended boot records that are
/// chained to it. Little-endian.
///
/// | offset | bytes | field                              |
/// |-------:|------:|------------------------------------|
/// |    440 |     4 | id of the disk                     |
/// |    446 |    64 | four [Entry]                       |
/// |    510 |     2 | `55 aa`                            |
record Mbr(Fields sector, PartitionTable table) {
  static final int SECTOR = 512;

  private static final int ENTRIES_AT = 446;
  static final int ENTRIES = 4;
  private static final int MAGIC_AT = 510;
  private static final int MAGIC = 0xAA55;
  private static final int PROTECTIVE = 0xEE;
  private static final int FIRST_LOGICAL = 5;
  private static final int LOGICAL_MAX = 256;

  /// An entry of 16 bytes.
  ///
  /// | offset | bytes | field                                   |
  /// |-------:|------:|-----------------------------------------|
  /// |      0 |     1 | 0x80 for the one to boot from, else 0   |
  /// |      4 |     1 | type; 0 for an unused entry             |
  /// |      8 |     4 | first sector                            |
  /// |     12 |     4 | number of sectors                       |
  private record Entry(int boot, int type, long start, long length) {
    static final int BYTES = 16;

    static List<Entry> all(Fields sector, int from) {
      List<Entry> entries = new ArrayList<>();
      for (int index = 0; index < ENTRIES; index++) {
        int at = from + ENTRIES_AT + index * BYTES;
        entries.add(
            new Entry(
                sector.u8(at),
                sector.u8(at + 4),
                sector.u32(at + 8) * SECTOR,
                sector.u32(at + 12) * SECTOR));
      }
      return entries;
    }

    boolean isUsed() {
      return type != 0;
    }

    boolean isExtended() {
      return type == 0x05 || type == 0x0F || type == 0x85;
    }

    boolean isSane(long diskBytes) {
      boolean goodBoot = boot == 0 || boot == 0x80;
      return goodBoot && (!isUsed() || (start > 0 && length > 0 && start < diskBytes));
    }
  }

  /// The boot sector of a file system ends in the same magic, and is told apart by what would be
  /// the entries.
  static boolean recognises(Fields head, long diskBytes) {
    if (head.size() < SECTOR || head.u16(MAGIC_AT) != MAGIC) {
      return false;
    }
    List<Entry> entries = Entry.all(head, 0);
    return entries.stream().anyMatch(Entry::isUsed)
        && entries.stream().allMatch(entry -> entry.isSane(diskBytes));
  }

  static Mbr read(BlockReader disk, Trouble trouble) throws IOException, CorruptData {
    Fields sector = sector(disk, 0);
    List<Partition> partitions = new ArrayList<>();
    List<Extent> tables = new ArrayList<>(List.of(table(0)));
    int number = 0;
    int extended = 0;
    for (Entry entry : Entry.all(sector, 0)) {
      number++;
      if (entry.isExtended()) {
        Subject subject = Subject.of("partition", Integer.toString(number));
        int others = extended++;
        trouble.attempt(() -> subject.checkEqual(others, 0, "extended"));
        trouble.attempt(() -> readLogical(disk, entry, partitions, tables));
      } else if (entry.isUsed()) {
        partitions.add(partition(number, entry, 0, diskId(sector)));
      }
    }
    Identity identity = new Identity("dos", diskId(sector), Optional.empty(), disk.size());
    return new Mbr(sector, new PartitionTable(identity, partitions, tables));
  }

  /// It says of the whole disk that it is in use, so that tools that know no GPT leave it alone.
  boolean isProtective() {
    return Entry.all(sector, 0).stream().anyMatch(entry -> entry.type() == PROTECTIVE);
  }

  /// The first and the last sector of the partition that protects.
  Optional<long[]> protectedSectors() {
    return Entry.all(sector, 0).stream()
        .filter(entry -> entry.type() == PROTECTIVE)
        .findFirst()
        .map(entry ->
            new long[] {entry.start() / SECTOR, (entry.start() + entry.length()) / SECTOR - 1});
  }

  /// Where an entry of the first sector lies in it.
  ///
  /// @param index from 0
  static int entryAt(int index) {
    return ENTRIES_AT + index * Entry.BYTES;
  }

  /// Where the entry of the partition that protects lies in the first sector.
  static Optional<Integer> protectiveEntry(Fields sector) {
    List<Entry> entries = Entry.all(sector, 0);
    return IntStream.range(0, ENTRIES)
        .filter(index -> entries.get(index).type() == PROTECTIVE)
        .mapToObj(Mbr::entryAt)
        .findFirst();
  }

  /// Checks what must hold of an entry, whoever reads it: Linux makes a partition of each that has
  /// sectors, whatever its type (`block/partitions/msdos.c`).
  void checkEntries(Trouble trouble, long diskBytes) throws IOException, CorruptData {
    int number = 0;
    for (Entry entry : Entry.all(sector, 0)) {
      Subject subject = Subject.of("partition", Integer.toString(++number));
      String have = entry.boot() + ", " + entry.start() + "+" + entry.length();
      trouble.attempt(() -> subject.check(entry.isSane(diskBytes), "entry", have, "on the disk"));
      boolean told = entry.isUsed() || entry.length() == 0;
      trouble.attempt(() -> subject.check(told, "type", 0, "one, as it has sectors"));
    }
  }

  /// Whether it has partitions of its own beside the one that protects.
  boolean isHybrid() {
    return Entry.all(sector, 0).stream().filter(Entry::isUsed).count() > 1;
  }

  private static void readLogical(
      BlockReader disk, Entry extended, List<Partition> partitions, List<Extent> tables)
      throws IOException, CorruptData {
    long end = extended.start() + extended.length();
    Subject subject = Subject.of("partition table", "extended");
    subject.check(end <= disk.size(), "end", end, disk.size());
    long at = extended.start();
    int number = FIRST_LOGICAL;
    while (true) {
      subject.check(number < LOGICAL_MAX, "logical partitions", number, LOGICAL_MAX);
      subject.check(at >= extended.start() && at < end, "link", at, "before " + end);
      tables.add(table(at));
      List<Entry> entries = Entry.all(sector(disk, at), 0);
      Entry logical = entries.getFirst();
      if (logical.isUsed()) {
        Partition partition = partition(number, logical, at, Optional.empty());
        subject.check(partition.end() <= end, "logical end", partition.end(), end);
        partitions.add(partition);
        number++;
      }
      Entry link = entries.get(1);
      if (!link.isUsed()) {
        return;
      }
      subject.check(link.isExtended() && link.start() > 0, "link type", link.type(), 5);
      subject.check(extended.start() + link.start() > at, "link", link.start(), "ascending");
      at = extended.start() + link.start();
    }
  }

  private static Partition partition(int number, Entry entry, long base, Optional<String> diskId) {
    Optional<String> uuid = diskId.map(id -> id + String.format(Locale.ROOT, "-%02x", number));
    String type = String.format(Locale.ROOT, "%02x", entry.type());
    return new Partition(
        number, base + entry.start(), entry.length(), type, uuid, Optional.empty());
  }

  private static Fields sector(BlockReader disk, long at) throws IOException, CorruptData {
    Subject subject = Subject.of("partition table", "mbr").at(Long.toString(at));
    Fields sector = Fields.littleEndian(Area.read(disk, at, SECTOR, subject));
    subject.checkEqual(sector.u16(MAGIC_AT), MAGIC, "magic");
    return sector;
  }

  private static Extent table(long at) {
    return new Extent(at, SECTOR, Extent.State.DATA);
  }

  private static Optional<String> diskId(Fields sector) {
    int id = sector.i32(440);
    return id == 0 ? Optional.empty() : Optional.of(String.format(Locale.ROOT, "%08x", id));
  }
}
