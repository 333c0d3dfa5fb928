package cairn.filesystem.partition;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A GUID partition table: header and entries at the start of the disk, and a copy of both at its
/// end. Both must be sound and agree; whoever goes on in spite of trouble gets what the sound one
/// says.
final class Gpt {
  private static final List<Integer> SECTORS = List.of(512, 4096);

  private final BlockReader disk;
  private final int sector;
  private final Trouble trouble;

  /// A header and its entries, both sound.
  private record Table(GptHeader header, Fields entries) {}

  private Gpt(BlockReader disk, int sector, Trouble trouble) {
    this.disk = disk;
    this.sector = sector;
    this.trouble = trouble;
  }

  static boolean recognises(Fields head) {
    return SECTORS.stream().anyMatch(sector -> head.holds(sector, GptHeader.MAGIC));
  }

  /// @param mbr before it; empty when it is damaged
  static PartitionTable read(BlockReader disk, Optional<Mbr> mbr, Trouble trouble)
      throws IOException, CorruptData {
    Subject subject = Subject.of("partition table", "gpt");
    boolean hybrid = mbr.isPresent() && mbr.get().isHybrid();
    trouble.attempt(() -> subject.check(!hybrid, "master boot record", "hybrid", "protective"));
    return new Gpt(disk, sectorBytes(disk), trouble).read();
  }

  /// By where a header lies; the one at the end tells when the other one is gone.
  static int sectorBytes(BlockReader disk) throws IOException, CorruptData {
    Subject subject = Subject.of("partition table", "gpt");
    for (int sector : SECTORS) {
      if (isHeader(disk, sector)) {
        return sector;
      }
    }
    for (int sector : SECTORS) {
      if (isHeader(disk, (disk.size() / sector - 1) * sector)) {
        return sector;
      }
    }
    throw subject.corrupt("magic", "none", GptHeader.MAGIC);
  }

  private static boolean isHeader(BlockReader disk, long offset) throws IOException {
    byte[] magic = new byte[GptHeader.MAGIC.length()];
    if (offset < 0 || offset > disk.size() - magic.length) {
      return false;
    }
    disk.read(offset, magic, 0, magic.length);
    return Fields.littleEndian(magic).holds(0, GptHeader.MAGIC);
  }

  private PartitionTable read() throws IOException, CorruptData {
    List<GptHeader> headers = new ArrayList<>();
    trouble.attempt(() -> headers.add(GptHeader.read(disk, sector, 1)));
    long end = disk.size() / sector - 1;
    long other = headers.isEmpty() ? end : headers.getFirst().other();
    trouble.attempt(() -> headers.add(GptHeader.read(disk, sector, other)));
    if (headers.size() == 2) {
      trouble.attempt(() -> headers.getLast().checkSame(headers.getFirst()));
    }
    List<Table> tables = new ArrayList<>();
    for (GptHeader header : headers) {
      trouble.attempt(() -> tables.add(new Table(header, header.entries())));
    }
    if (tables.isEmpty()) {
      throw GptHeader.subject(1).corrupt("tables", "none", "a sound one");
    }
    Table good = tables.getFirst();
    return new PartitionTable(
        new Identity("gpt", guid(good.header().fields(), 56), Optional.empty(), disk.size()),
        partitions(good.header(), good.entries()),
        extents(headers));
  }

  /// Entries are like this; one without a type is unused.
  ///
  /// | offset | bytes | field                          |
  /// |-------:|------:|--------------------------------|
  /// |      0 |    32 | GUIDs of type and partition    |
  /// |     32 |    16 | first and last sector          |
  /// |     56 |    72 | name in UTF-16                 |
  private List<Partition> partitions(GptHeader header, Fields entries)
      throws IOException, CorruptData {
    List<Partition> partitions = new ArrayList<>();
    int size = header.entryBytes();
    for (int at = 0; at + size <= entries.size(); at += size) {
      int number = at / size + 1;
      Fields entry = entries.part(at, size);
      if (guid(entry, 0).isPresent()) {
        trouble.attempt(() -> partitions.add(partition(header, entry, number)));
      }
    }
    return partitions;
  }

  private Partition partition(GptHeader header, Fields entry, int number) throws CorruptData {
    long first = entry.u64(32);
    long last = entry.u64(40);
    Subject subject = Subject.of("partition", Integer.toString(number));
    long lowest = header.firstUsable();
    long highest = Math.min(header.lastUsable(), disk.size() / sector - 1);
    subject.check(first >= lowest && first > 0, "first sector", first, lowest);
    subject.check(last >= first && last <= highest, "last sector", last, highest);
    return new Partition(
        number,
        first * sector,
        (last - first + 1) * sector,
        guid(entry, 0).orElseThrow(),
        guid(entry, 16),
        name(entry, 56));
  }

  private List<Extent> extents(List<GptHeader> headers) {
    List<Extent> extents = new ArrayList<>();
    extents.add(new Extent(0, 2L * sector, Extent.State.DATA));
    for (GptHeader header : headers) {
      extents.add(new Extent(header.at() * sector, sector, Extent.State.DATA));
      if (header.table().length() > 0) {
        extents.add(header.table());
      }
    }
    return extents;
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
}
