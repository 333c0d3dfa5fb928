package cairn.filesystem.partition;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Identity;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/// The partition table of a disk. Its partitions lie within the disk and do not overlap, else there
/// is no table but [CorruptData].
///
/// A sector of an MBR is taken for 512 bytes; a GPT says by its place what a sector is.
///
/// @param partitions in ascending order of their offsets
/// @param tables where the table itself lies, its copies and links included
public record PartitionTable(Identity identity, List<Partition> partitions, List<Extent> tables) {
  public PartitionTable {
    partitions = partitions.stream().sorted(Comparator.comparingLong(Partition::offset)).toList();
    tables = List.copyOf(tables);
  }

  /// @param head the first bytes of the disk
  public static boolean recognises(Fields head, long diskBytes) {
    return Gpt.recognises(head) || Mbr.recognises(head, diskBytes);
  }

  /// @throws CorruptData when the table contradicts itself, its copy or its checksums
  public static PartitionTable read(BlockReader disk) throws IOException, CorruptData {
    Mbr mbr = Mbr.read(disk);
    PartitionTable table = mbr.isProtective() ? Gpt.read(disk, mbr) : mbr.table();
    table.check(disk.size());
    return table;
  }

  private void check(long diskBytes) throws CorruptData {
    long end = 0;
    for (Partition partition : partitions) {
      Subject subject = Subject.of("partition", Integer.toString(partition.number()));
      subject.check(partition.offset() >= end, "start", partition.offset(), end);
      boolean within = partition.length() > 0 && partition.length() <= diskBytes - end;
      subject.check(within, "length", partition.length(), diskBytes - end);
      subject.check(partition.end() <= diskBytes, "end", partition.end(), diskBytes);
      end = partition.end();
    }
    for (Extent table : tables) {
      checkApart(table);
    }
  }

  private void checkApart(Extent table) throws CorruptData {
    for (Partition partition : partitions) {
      Subject.of("partition", Integer.toString(partition.number()))
          .check(
              table.end() <= partition.offset() || table.offset() >= partition.end(),
              "place",
              partition.offset(),
              "apart from the table at " + table.offset());
    }
  }
}
