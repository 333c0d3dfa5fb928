package cairn.filesystem.partition;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.check.Findings;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Checks a partition table: all that [PartitionTable#read] refuses, and what other tools complain
/// about. Where partitions begin is nobody's concern as long as they are on the disk.
public final class PartitionCheck implements Checkable {
  private static final long SECTOR_MAX = 0xFFFF_FFFFL;

  private final BlockReader disk;

  public PartitionCheck(BlockReader disk) {
    this.disk = disk;
  }

  @Override
  public void check(boolean deep, Findings findings) throws IOException {
    Set<String> told = new HashSet<>();
    Trouble trouble =
        failure -> {
          if (told.add(failure.problem().message())) {
            findings.problem(failure);
          }
        };
    try {
      PartitionTable table = PartitionTable.read(disk, trouble);
      if (table.identity().type().equals("gpt")) {
        checkGuids(table.partitions(), trouble);
        checkHeaders(trouble);
      } else {
        Mbr.read(disk, failure -> {}).checkEntries(trouble, disk.size());
      }
    } catch (CorruptData e) {
      if (told.add(e.problem().message())) {
        findings.problem(e);
      }
    }
    findings.progress(0);
  }

  private static void checkGuids(List<Partition> partitions, Trouble trouble)
      throws IOException, CorruptData {
    Set<String> guids = new HashSet<>();
    for (Partition partition : partitions) {
      Subject subject = Subject.of("partition", Integer.toString(partition.number()));
      String guid = partition.uuid().orElse("none");
      boolean good = partition.uuid().isPresent() && guids.add(guid);
      trouble.attempt(() -> subject.check(good, "GUID", guid, "one of its own"));
    }
  }

  /// A disk that grew has its second header in its midst.
  private void checkHeaders(Trouble trouble) throws IOException, CorruptData {
    int sector = Gpt.sectorBytes(disk);
    long last = disk.size() / sector - 1;
    for (long at : new long[] {1, last}) {
      Optional<GptHeader> header = header(sector, at);
      if (header.isPresent()) {
        trouble.attempt(() -> checkPlaces(header.get(), last));
      }
    }
    checkProtection(Mbr.read(disk, failure -> {}), last, trouble);
  }

  private static void checkProtection(Mbr mbr, long last, Trouble trouble)
      throws IOException, CorruptData {
    Subject subject = Subject.of("partition table", "mbr").at("0");
    Optional<long[]> sectors = mbr.protectedSectors();
    trouble.attempt(
        () -> subject.check(sectors.isPresent(), "protective partition", "none", "one"));
    if (sectors.isPresent()) {
      long first = sectors.get()[0];
      long end = sectors.get()[1];
      trouble.attempt(() -> subject.checkEqual(first, 1, "start of the protective partition"));
      boolean goodEnd = end == SECTOR_MAX || end == Math.min(last, SECTOR_MAX);
      trouble.attempt(() -> subject.check(goodEnd, "end of the protective partition", end, last));
    }
  }

  private Optional<GptHeader> header(int sector, long at) throws IOException {
    try {
      return Optional.of(GptHeader.read(disk, sector, at));
    } catch (CorruptData e) {
      return Optional.empty();
    }
  }

  private static void checkPlaces(GptHeader header, long last) throws CorruptData {
    Subject subject = GptHeader.subject(header.at());
    long other = header.at() == 1 ? last : 1;
    subject.checkEqual(header.other(), other, "other header");
    long first = header.firstUsable();
    subject.check(
        first <= header.lastUsable() + 1, "first usable sector", first, header.lastUsable());
    subject.check(header.lastUsable() < last, "last usable sector", header.lastUsable(), last);
    long start = header.table().offset() / header.sector();
    long end = Math.ceilDiv(header.table().end(), header.sector()) - 1;
    boolean apart = end < first || start > header.lastUsable();
    subject.check(apart, "entries", start + ".." + end, "before or behind all partitions");
  }
}
