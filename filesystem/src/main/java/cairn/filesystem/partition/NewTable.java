package cairn.filesystem.partition;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.Patches;
import cairn.filesystem.layout.Patches.Patch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The partition table of a disk, for a disk of another size on which partitions may lie elsewhere.
/// Everything else stays as it is: identities, types, names, flags and what a machine boots by.
///
/// Layouts are those of [GptHeader], [Gpt] and [Mbr]; what was made passes the same checks as any
/// table that is read.
public final class NewTable {
  /// Partitions of an MBR with higher numbers lie in an extended one.
  public static final int MBR_ENTRIES = Mbr.ENTRIES;

  private static final int MBR_BYTES = 512;
  private static final long MBR_SECTORS_MAX = 0xFFFF_FFFFL;

  private final BlockReader disk;
  private final PartitionTable table;
  private final int sector;

  /// Where a partition lies, in bytes.
  public record Span(long offset, long length) {
    public long end() {
      return offset + length;
    }
  }

  private NewTable(BlockReader disk, PartitionTable table, int sector) {
    this.disk = disk;
    this.table = table;
    this.sector = sector;
  }

  /// @param table as it was read from the disk
  public static NewTable of(BlockReader disk, PartitionTable table)
      throws IOException, CorruptData {
    boolean gpt = table.identity().type().equals("gpt");
    return new NewTable(disk, table, gpt ? Gpt.sectorBytes(disk) : MBR_BYTES);
  }

  /// What it takes for a sector, in bytes.
  public int sectorBytes() {
    return sector;
  }

  public boolean isMbr() {
    return !isGpt();
  }

  private boolean isGpt() {
    return table.identity().type().equals("gpt");
  }

  /// Where the last partition has to end, on a disk of this size.
  public long usableEnd(long diskBytes) throws IOException, CorruptData {
    long sectors = diskBytes / sector;
    if (!isGpt()) {
      return Math.min(sectors, MBR_SECTORS_MAX) * sector;
    }
    return (sectors - 1 - entrySectors(header())) * sector;
  }

  /// What is to be written.
  ///
  /// @param spans by number, of those partitions that are not where they were
  /// @throws IllegalArgumentException for a partition within an extended one
  /// @throws CorruptData when that would be no sound table
  public List<Patch> make(long diskBytes, Map<Integer, Span> spans)
      throws IOException, CorruptData {
    List<Patch> patches = isGpt() ? gpt(diskBytes, spans) : mbr(spans);
    Patches made = new Patches(disk, diskBytes, patches);
    PartitionTable read = PartitionTable.read(made);
    for (Partition partition : read.partitions()) {
      Span span = spans.get(partition.number());
      if (span != null && (partition.offset() != span.offset() || partition.end() != span.end())) {
        throw new IllegalStateException("partition " + partition.number() + " is not at " + span);
      }
    }
    return patches;
  }

  private List<Patch> mbr(Map<Integer, Span> spans) throws IOException, CorruptData {
    byte[] bytes = Area.read(disk, 0, MBR_BYTES, GptHeader.subject(0));
    ByteBuffer sectorZero = little(bytes);
    spans.forEach((number, span) -> {
      if (number > Mbr.ENTRIES) {
        throw new IllegalArgumentException("partition " + number + " lies in another one");
      }
      int at = Mbr.entryAt(number - 1);
      unknownCylinders(sectorZero, at);
      sectorZero.putInt(at + 8, (int) (span.offset() / sector));
      sectorZero.putInt(at + 12, (int) (span.length() / sector));
    });
    return List.of(new Patch(0, bytes));
  }

  /// Says that the geometry of old does not reach there.
  private static void unknownCylinders(ByteBuffer sectorZero, int at) {
    for (int first : new int[] {at + 1, at + 5}) {
      sectorZero.put(first, (byte) 0xFE).putShort(first + 1, (short) 0xFFFF);
    }
  }

  private List<Patch> gpt(long diskBytes, Map<Integer, Span> spans)
      throws IOException, CorruptData {
    GptHeader header = header();
    byte[] entries = header.entries().bytes().clone();
    ByteBuffer entry = little(entries);
    spans.forEach((number, span) -> {
      int at = (number - 1) * header.entryBytes();
      entry.putLong(at + 32, span.offset() / sector).putLong(at + 40, span.end() / sector - 1);
    });
    long last = diskBytes / sector - 1;
    long entriesAtStart = header.at() == 1 ? header.table().offset() / sector : 2;
    long entriesAtEnd = last - entrySectors(header);
    List<Patch> patches = new ArrayList<>();
    patches.add(new Patch(0, protection(last)));
    patches.add(new Patch(sector, header.copy(1, last, entriesAtStart, entries)));
    patches.add(new Patch(entriesAtStart * sector, entries));
    patches.add(new Patch(entriesAtEnd * sector, entries));
    patches.add(new Patch(last * sector, header.copy(last, 1, entriesAtEnd, entries)));
    return patches;
  }

  private byte[] protection(long last) throws IOException, CorruptData {
    byte[] bytes = Area.read(disk, 0, MBR_BYTES, GptHeader.subject(0));
    Mbr.protectiveEntry(Fields.littleEndian(bytes))
        .ifPresent(at -> little(bytes).putInt(at + 12, (int) Math.min(last, MBR_SECTORS_MAX)));
    return bytes;
  }

  /// The one at the end, when the first one is damaged.
  private GptHeader header() throws IOException, CorruptData {
    try {
      GptHeader first = GptHeader.read(disk, sector, 1);
      first.entries();
      return first;
    } catch (CorruptData e) {
      return GptHeader.read(disk, sector, disk.size() / sector - 1);
    }
  }

  private long entrySectors(GptHeader header) {
    return Math.ceilDiv(header.table().length(), sector);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
