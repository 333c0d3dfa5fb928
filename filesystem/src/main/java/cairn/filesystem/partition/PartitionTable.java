package cairn.filesystem.partition;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.Identity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

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
    return read(disk, Trouble.STRICT);
  }

  /// What can be made of a table with something wrong in it, for whoever wants to read what is
  /// left.
  ///
  /// @throws CorruptData when there is no sound copy of it
  public static PartitionTable salvage(BlockReader disk) throws IOException, CorruptData {
    return read(disk, failure -> {});
  }

  static PartitionTable read(BlockReader disk, Trouble trouble) throws IOException, CorruptData {
    List<Mbr> read = new ArrayList<>();
    trouble.attempt(() -> read.add(Mbr.read(disk, trouble)));
    Optional<Mbr> mbr = read.stream().findFirst();
    PartitionTable table =
        mbr.isPresent() && !mbr.get().isProtective()
            ? mbr.get().table()
            : Gpt.read(disk, mbr, trouble);
    return table.checked(disk.size(), trouble);
  }

  /// Without those partitions that are not on the disk.
  private PartitionTable checked(long diskBytes, Trouble trouble) throws IOException, CorruptData {
    List<Partition> there = new ArrayList<>();
    long end = 0;
    for (Partition partition : partitions) {
      Subject subject = Subject.of("partition", Integer.toString(partition.number()));
      long before = end;
      trouble.attempt(
          () -> subject.check(partition.offset() >= before, "start", partition.offset(), before));
      boolean within =
          partition.length() > 0
              && partition.length() <= diskBytes
              && partition.offset() <= diskBytes - partition.length();
      trouble.attempt(() -> subject.check(within, "end", partition.end(), diskBytes));
      if (within) {
        there.add(partition);
        end = Math.max(end, partition.end());
      }
    }
    for (Extent table : tables) {
      for (Partition partition : there) {
        trouble.attempt(() -> checkApart(table, partition));
      }
    }
    return new PartitionTable(identity, there, tables);
  }

  private static void checkApart(Extent table, Partition partition) throws CorruptData {
    Subject.of("partition", Integer.toString(partition.number()))
        .check(
            table.end() <= partition.offset() || table.offset() >= partition.end(),
            "place",
            partition.offset(),
            "apart from the table at " + table.offset());
  }
}
