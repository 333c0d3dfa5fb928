package cairn.filesystem.partition;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;

/// A GUID partition table: header and entries at the start of the disk, and a copy of both at its
/// end. Both must be sound and agree.
///
/// A header lies in a sector of its own, the second or the last one. Little-endian.
///
/// | offset | bytes | field                                                |
/// |-------:|------:|------------------------------------------------------|
/// |      0 |     8 | `EFI PART`                                           |
/// |      8 |     4 | revision, 0x10000                                    |
/// |     12 |     4 | bytes of the header                                  |
/// |     16 |     4 | CRC-32 of the header, this field taken as 0          |
/// |     24 |     8 | sector of this header                                |
/// |     32 |     8 | sector of the other header                           |
/// |     40 |    16 | first and last sector for partitions                 |
/// |     56 |    16 | GUID of the disk                                     |
/// |     72 |     8 | first sector of the entries                          |
/// |     80 |     8 | number of entries, and bytes of each                 |
/// |     88 |     4 | CRC-32 of the entries                                |
final class Gpt {
  private static final String MAGIC = "EFI PART";
  private static final int HEADER_BYTES = 92;
  private static final int CHECKSUM_AT = 16;
  private static final int ENTRY_BYTES = 128;
  private static final int TABLE_BYTES_MAX = 1 << 20;
  private static final List<Integer> SECTORS = List.of(512, 4096);

  private final BlockReader disk;
  private final int sector;

  private Gpt(BlockReader disk, int sector) {
    this.disk = disk;
    this.sector = sector;
  }

  static boolean recognises(Fields head) {
    return SECTORS.stream().anyMatch(sector -> head.holds(sector, MAGIC));
  }

  static PartitionTable read(BlockReader disk, Mbr mbr) throws IOException, CorruptData {
    Subject subject = Subject.of("partition table", "gpt");
    subject.check(!mbr.isHybrid(), "master boot record", "hybrid", "protective");
    for (int sector : SECTORS) {
      Fields header = Fields.littleEndian(Area.read(disk, sector, sector, subject));
      if (header.holds(0, MAGIC)) {
        return new Gpt(disk, sector).read(header);
      }
    }
    throw subject.corrupt("magic", "none", MAGIC);
  }

  private PartitionTable read(Fields primary) throws IOException, CorruptData {
    check(primary, 1);
    long last = primary.u64(32);
    Subject subject = subject(last);
    subject.check(last > 1 && last < disk.size() / sector, "other header", last, "on the disk");
    Fields backup = Fields.littleEndian(Area.read(disk, last * sector, sector, subject));
    check(backup, last);
    subject.checkEqual(backup.u64(32), 1, "other header");
    for (int at : new int[] {40, 48, 56, 64, 80}) {
      subject.checkEqual(backup.u64(at), primary.u64(at), "copy of bytes " + at + "+8");
    }
    subject.checkEqual(backup.i32(88), primary.i32(88), "checksum of the entries");
    Fields entries = entries(primary);
    entries(backup);
    return new PartitionTable(
        new Identity("gpt", guid(primary, 56), Optional.empty(), disk.size()),
        partitions(primary, entries),
        tables(primary, backup));
  }

  private void check(Fields header, long at) throws CorruptData {
    Subject subject = subject(at);
    subject.check(header.holds(0, MAGIC), "magic", header.u64(0), MAGIC);
    long length = header.u32(12);
    boolean goodLength = length >= HEADER_BYTES && length <= sector;
    subject.check(goodLength, "header size", length, HEADER_BYTES);
    byte[] bytes = header.raw(0, (int) length);
    int have = header.i32(CHECKSUM_AT);
    for (int index = 0; index < 4; index++) {
      bytes[CHECKSUM_AT + index] = 0;
    }
    subject.checkEqual(have, crc32(bytes), "checksum");
    subject.checkEqual(header.u64(24), at, "sector");
    long count = header.u32(80);
    long size = header.u32(84);
    boolean goodSize = size >= ENTRY_BYTES && size % ENTRY_BYTES == 0 && size <= TABLE_BYTES_MAX;
    subject.check(goodSize, "entry size", size, ENTRY_BYTES);
    subject.check(count <= TABLE_BYTES_MAX / size, "entries", count, TABLE_BYTES_MAX / size);
  }

  private Fields entries(Fields header) throws IOException, CorruptData {
    Subject subject = subject(header.u64(24));
    long first = header.u64(72);
    subject.check(first > 1 && first < disk.size() / sector, "entries", first, "on the disk");
    byte[] bytes = Area.read(disk, first * sector, tableBytes(header), subject);
    subject.checkEqual(header.i32(88), crc32(bytes), "checksum of the entries");
    return Fields.littleEndian(bytes);
  }

  /// Entries are like this; one without a type is unused.
  ///
  /// | offset | bytes | field                          |
  /// |-------:|------:|--------------------------------|
  /// |      0 |    32 | GUIDs of type and partition    |
  /// |     32 |    16 | first and last sector          |
  /// |     56 |    72 | name in UTF-16                 |
  private List<Partition> partitions(Fields header, Fields entries) throws CorruptData {
    List<Partition> partitions = new ArrayList<>();
    int size = (int) header.u32(84);
    for (int at = 0; at < entries.size(); at += size) {
      Optional<String> type = guid(entries, at);
      if (type.isPresent()) {
        int number = at / size + 1;
        long first = entries.u64(at + 32);
        long last = entries.u64(at + 40);
        Subject subject = Subject.of("partition", Integer.toString(number));
        long lowest = header.u64(40);
        long highest = Math.min(header.u64(48), disk.size() / sector - 1);
        subject.check(first >= lowest && first > 0, "first sector", first, lowest);
        subject.check(last >= first && last <= highest, "last sector", last, highest);
        partitions.add(
            new Partition(
                number,
                first * sector,
                (last - first + 1) * sector,
                type.get(),
                guid(entries, at + 16),
                name(entries, at + 56)));
      }
    }
    return partitions;
  }

  private List<Extent> tables(Fields primary, Fields backup) {
    List<Extent> tables = new ArrayList<>();
    tables.add(extent(0, 2L * sector));
    tables.add(extent(backup.u64(24) * sector, sector));
    for (Fields header : List.of(primary, backup)) {
      int bytes = tableBytes(header);
      if (bytes > 0) {
        tables.add(extent(header.u64(72) * sector, bytes));
      }
    }
    return tables;
  }

  private static int tableBytes(Fields header) {
    return (int) (header.u32(80) * header.u32(84));
  }

  private static Extent extent(long offset, long length) {
    return new Extent(offset, length, Extent.State.DATA);
  }

  private static int crc32(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /// A GUID's first three groups are numbers in little-endian order.
  private static Optional<String> guid(Fields fields, int at) {
    if (fields.u64(at) == 0 && fields.u64(at + 8) == 0) {
      return Optional.empty();
    }
    String tail = fields.uuid(at).orElseThrow().substring(18);
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%08x-%04x-%04x%s",
            fields.i32(at),
            fields.u16(at + 4),
            fields.u16(at + 6),
            tail));
  }

  private static Optional<String> name(Fields fields, int at) {
    String name = new String(fields.raw(at, 72), StandardCharsets.UTF_16LE);
    int end = name.indexOf('\0');
    String text = end < 0 ? name : name.substring(0, end);
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static Subject subject(long sector) {
    return Subject.of("partition table", "gpt").at(Long.toString(sector));
  }
}
