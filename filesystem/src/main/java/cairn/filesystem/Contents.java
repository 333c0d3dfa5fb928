package cairn.filesystem;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.Content.FileSystem;
import cairn.filesystem.Content.Part;
import cairn.filesystem.Content.Partitioned;
import cairn.filesystem.Content.PhysicalVolume;
import cairn.filesystem.Content.Swap;
import cairn.filesystem.Content.Unknown;
import cairn.filesystem.btrfs.BtrfsFileSystem;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.ext.ExtFileSystem;
import cairn.filesystem.fat.FatFileSystem;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.lvm.LvmPhysicalVolume;
import cairn.filesystem.partition.Partition;
import cairn.filesystem.partition.PartitionCheck;
import cairn.filesystem.partition.PartitionTable;
import cairn.filesystem.swap.SwapArea;
import cairn.filesystem.used.Format;
import cairn.filesystem.used.Identity;
import cairn.filesystem.xfs.XfsFileSystem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Finds out what a device or image holds: a partition table, a file system, swap, a physical
/// volume of LVM, or something unknown.
///
/// A volume with the signs of two formats is unknown: one of them is a remainder, and nothing says
/// which.
public final class Contents {
  static final String UNKNOWN = "unknown";

  /// Where all signs are looked for, apart from those at the end.
  private static final int HEAD_BYTES = 256 << 10;

  private static final Known FAT =
      fileSystem("vfat", FatFileSystem::recognises, FatFileSystem::open);

  private static final List<Known> KNOWN =
      List.of(
          fileSystem("ext", ExtFileSystem::recognises, ExtFileSystem::open),
          fileSystem("xfs", XfsFileSystem::recognises, XfsFileSystem::open),
          fileSystem("btrfs", BtrfsFileSystem::recognises, BtrfsFileSystem::open),
          FAT,
          new Known("swap", SwapArea::recognises, volume -> new Swap(SwapArea.open(volume))),
          new Known(
              "LVM2_member",
              LvmPhysicalVolume::recognises,
              volume -> new PhysicalVolume(LvmPhysicalVolume.open(volume))));

  @FunctionalInterface
  private interface Opener<T> {
    T open(BlockReader volume) throws IOException, CorruptData;
  }

  /// A format that is understood.
  private record Known(String name, Predicate<Fields> recognises, Opener<Content> opener) {}

  private static Known fileSystem(
      String name, Predicate<Fields> recognises, Opener<Format> opener) {
    return new Known(name, recognises, volume -> new FileSystem(opener.open(volume)));
  }

  private Contents() {}

  /// Odd and damaged content is [Unknown].
  ///
  /// @throws IOException when the volume could not be read
  public static Content identify(BlockReader volume) throws IOException {
    Fields head = head(volume);
    List<String> signs = signs(volume, head);
    if (!PartitionTable.recognises(head, volume.size())) {
      return identify(volume, head, signs);
    }
    return signs.isEmpty() ? partitioned(volume) : ambiguous(volume, signs, "a partition table");
  }

  /// A partition is not divided again.
  private static Content within(BlockReader volume) throws IOException {
    Fields head = head(volume);
    return identify(volume, head, signs(volume, head));
  }

  private static Content identify(BlockReader volume, Fields head, List<String> signs)
      throws IOException {
    if (signs.isEmpty()) {
      return FatFileSystem.recognisesCopy(head) ? open(volume, FAT) : signless(volume.size());
    }
    if (signs.size() > 1) {
      return ambiguous(volume, signs.subList(1, signs.size()), signs.getFirst());
    }
    String sign = signs.getFirst();
    for (Known known : KNOWN) {
      if (known.recognises().test(head)) {
        return open(volume, known);
      }
    }
    return unknown(volume, sign, "its free blocks are not understood");
  }

  private static Content open(BlockReader volume, Known known) throws IOException {
    try {
      return known.opener().open(volume);
    } catch (CorruptData e) {
      return damaged(volume, known.name(), e);
    }
  }

  private static Content partitioned(BlockReader disk) throws IOException {
    try {
      return partitioned(disk, PartitionTable.read(disk));
    } catch (CorruptData e) {
      String why = e.problem().message();
      Identity identity = Identity.of(UNKNOWN, disk.size());
      return new Unknown(identity, why, Optional.of(new PartitionCheck(disk)));
    }
  }

  /// A disk with a partition table that is damaged, by what is left of it, so that its files can be
  /// read. Which bytes are in use it cannot tell.
  ///
  /// @param content as it was identified
  static Content salvaged(BlockReader disk, Content content) throws IOException {
    boolean table =
        content instanceof Unknown unknown
            && unknown.checkable().orElse(null) instanceof PartitionCheck;
    if (!table) {
      return content;
    }
    try {
      return partitioned(disk, PartitionTable.salvage(disk));
    } catch (CorruptData e) {
      return content;
    }
  }

  private static Partitioned partitioned(BlockReader disk, PartitionTable table)
      throws IOException {
    List<Part> parts = new ArrayList<>();
    for (Partition partition : table.partitions()) {
      Area area = new Area(disk, partition.offset(), partition.length());
      parts.add(new Part(partition, within(area)));
    }
    return new Partitioned(table, parts, new PartitionCheck(disk));
  }

  private static List<String> signs(BlockReader volume, Fields head) throws IOException {
    List<String> signs = new ArrayList<>();
    for (Known known : KNOWN) {
      if (known.recognises().test(head)) {
        signs.add(known.name());
      }
    }
    signs.addAll(Foreign.signs(volume, head));
    return signs;
  }

  private static Content ambiguous(BlockReader volume, List<String> signs, String first) {
    String why = "it has the signs of " + first + " and of " + String.join(" and of ", signs);
    return unknown(volume, UNKNOWN, why);
  }

  /// What has no sign at all.
  static Unknown signless(long size) {
    String why = "it has no sign of a known format";
    return new Unknown(Identity.of(UNKNOWN, size), why, Optional.empty());
  }

  private static Unknown unknown(BlockReader volume, String type, String why) {
    return new Unknown(Identity.of(type, volume.size()), why, Optional.empty());
  }

  private static Unknown damaged(BlockReader volume, String type, CorruptData failure) {
    Identity identity = Identity.of(type, volume.size());
    Checkable checkable = (deep, findings) -> findings.problem(failure);
    return new Unknown(identity, failure.problem().message(), Optional.of(checkable));
  }

  private static Fields head(BlockReader volume) throws IOException {
    byte[] head = new byte[(int) Math.min(HEAD_BYTES, volume.size())];
    volume.read(0, head, 0, head.length);
    return Fields.littleEndian(head);
  }
}
