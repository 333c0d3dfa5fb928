package cairn.filesystem.partition;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.filesystem.Content;
import cairn.filesystem.Content.Partitioned;
import cairn.filesystem.Contents;
import cairn.filesystem.UsedRanges;
import cairn.filesystem.UsedRanges.PartUse;
import cairn.filesystem.test.Damage;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.FilledImage.Told;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.Proof;
import cairn.filesystem.used.Moment;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PartitionTableTest {
  private static final int MIB = 1 << 20;
  private static final long BYTES = 200L * MIB;

  @TempDir private Path directory;

  @Test
  void aGptIsReadWithItsNamesAndGuids() throws IOException {
    Path disk =
        disk(
            """
            label: gpt
            label-id: 01234567-89AB-CDEF-0123-456789ABCDEF
            start=2048, size=20480, name="boot", uuid=11111111-2222-3333-4444-555555555555
            start=40960, size=81920, type=E6D6D379-F507-44C2-A23C-238F2A3DF928
            """);
    Partitioned content = (Partitioned) identify(disk);
    assertThat(content.type()).isEqualTo("gpt");
    assertThat(content.uuid()).contains("01234567-89ab-cdef-0123-456789abcdef");
    Partition boot = content.table().partitions().getFirst();
    assertThat(boot.label()).contains("boot");
    assertThat(boot.uuid()).contains("11111111-2222-3333-4444-555555555555");
    assertThat(boot.type()).isEqualTo("0fc63daf-8483-4772-8e79-3d69d8477de4");
    assertThat(boot.offset()).isEqualTo(MIB);
    assertThat(boot.length()).isEqualTo(10 * MIB);
    assertThat(content.table().partitions().getLast().offset()).isEqualTo(20 * MIB);
  }

  @Test
  void logicalPartitionsAreFound() throws IOException {
    Path disk = logical();
    Partitioned content = (Partitioned) identify(disk);
    assertThat(content.type()).isEqualTo("dos");
    assertThat(content.uuid()).contains("12345678");
    assertThat(content.table().partitions())
        .extracting(Partition::number)
        .containsExactly(1, 5, 6, 7);
    assertThat(content.table().partitions())
        .extracting(Partition::offset)
        .containsExactly((long) MIB, 31L * MIB, 61L * MIB, 91L * MIB);
  }

  @Test
  void eachPartitionIsSkippedByItsOwnMap(Seed seed) throws IOException {
    for (Path disk : List.of(logical(), gpt())) {
      FilledImage one =
          FilledImage.make(directory.resolve("one"), 20 * MIB, "mkfs.ext4 -q -b 1024", seed);
      FilledImage two =
          FilledImage.make(directory.resolve("two"), 20 * MIB, "mkfs.ext2 -q -b 4096", seed);
      put(one.path(), disk, 31L * MIB);
      put(two.path(), disk, 61L * MIB);
      Told told = FilledImage.told(disk, (offset, length) -> Moment.AT_REST);
      assertThat(told.ranges().parts())
          .extracting(PartUse::sentence)
          .satisfiesExactly(
              first -> assertThat(first).contains("every block is taken: it has no sign"),
              second -> assertThat(second).startsWith("ext4: ").endsWith("bytes are in use"),
              third -> assertThat(third).startsWith("ext2: "),
              fourth -> assertThat(fourth).startsWith("unknown: every block"));
      Path copy = FilledImage.poisoned(disk, told);
      assertThat(identify(copy).type()).isEqualTo(identify(disk).type());
      Proof.survives(one, cut(copy, 31L * MIB, "part"), "e2fsck -fn");
      Proof.survives(two, cut(copy, 61L * MIB, "part"), "e2fsck -fn");
      Command.run("sfdisk", "--verify", copy.toString());
      Files.delete(one.path());
      Files.delete(two.path());
    }
  }

  @Test
  void gapsAndTablesAreTaken() throws IOException {
    Told told = FilledImage.told(gpt(), (offset, length) -> Moment.AT_REST);
    assertThat(told.used()).hasSize(1);
    assertThat(told.bytes()).isEqualTo(BYTES);
  }

  @Test
  void aDamagedCopyOfTheTableTakesEverything() throws IOException {
    Path disk = gpt();
    patch(disk, BYTES - 512 + 60, 1);
    assertThat(reason(disk)).contains("corrupt partition table gpt").contains("checksum");
  }

  @Test
  void aHybridTableTakesEverything() throws IOException {
    Path disk = gpt();
    patch(disk, 446 + 16 + 4, 0x83);
    patch(disk, 446 + 16 + 9, 8);
    patch(disk, 446 + 16 + 13, 8);
    assertThat(reason(disk)).contains("have hybrid expect protective");
  }

  @Test
  void overlappingPartitionsTakeEverything() throws IOException {
    Path disk =
        disk(
            """
            label: dos
            start=2048, size=20480, type=83
            start=40960, size=81920, type=83
            """);
    patch(disk, 446 + 12 + 2, 1);
    assertThat(reason(disk)).contains("corrupt partition 2: start");
  }

  @Test
  void aLoopOfExtendedRecordsEnds() throws IOException {
    Path disk = logical();
    patch(disk, 60L * MIB + 446 + 16 + 8, 0);
    patch(disk, 60L * MIB + 446 + 16 + 9, 0);
    patch(disk, 60L * MIB + 446 + 16 + 10, 0);
    assertThat(reason(disk)).contains("link");
  }

  @Test
  void damageIsNoticedOrHarmless(Seed seed) throws IOException {
    Path disk = disk("label: gpt\nstart=2048, size=20480\nstart=22528, size=20480\n", 24L * MIB);
    FilledImage file =
        FilledImage.make(directory.resolve("file"), 10 * MIB, "mkfs.ext4 -q -N 512", seed);
    put(file.path(), disk, MIB);
    put(file.path(), disk, 11L * MIB);
    long end = 24L * MIB;
    assertThat(identify(disk)).isInstanceOf(Partitioned.class);
    Damage.survived(
        disk, List.of(0L, 4096L, 512L, 1024L, end - 512, end, end - 16896, end), false, seed);
  }

  private Path gpt() throws IOException {
    return disk(
        """
        label: gpt
        start=2048, size=20480
        start=63488, size=40960
        start=124928, size=40960
        start=186368, size=20480
        """);
  }

  private Path logical() throws IOException {
    return disk(
        """
        label: dos
        label-id: 0x12345678
        start=2048, size=20480, type=83
        start=59392, size=200000, type=5
        start=63488, size=40960, type=83
        start=124928, size=40960, type=83
        start=186368, size=20480, type=82
        """);
  }

  private Path disk(String script) throws IOException {
    return disk(script, BYTES);
  }

  private Path disk(String script, long bytes) throws IOException {
    Path disk = directory.resolve("disk");
    Files.deleteIfExists(disk);
    FilledImage.sparse(disk, bytes);
    Path lines = Files.writeString(directory.resolve("script"), script);
    Command.run("sh", "-c", "sfdisk -q --no-reread '" + disk + "' < '" + lines + "'");
    return disk;
  }

  private static Content identify(Path disk) throws IOException {
    try (ImageFile volume = new ImageFile(disk)) {
      return Contents.identify(volume);
    }
  }

  private static String reason(Path disk) throws IOException {
    Told told = FilledImage.told(disk, (offset, length) -> Moment.AT_REST);
    assertThat(told.bytes()).isEqualTo(Files.size(disk));
    UsedRanges ranges = told.ranges();
    assertThat(ranges.parts()).hasSize(1);
    return ranges.parts().getFirst().reason().orElseThrow();
  }

  private static void put(Path image, Path disk, long offset) throws IOException {
    Command.run("sh", "-c", dd(image, disk) + " seek=" + offset);
  }

  private Path cut(Path disk, long offset, String name) throws IOException {
    Path part = directory.resolve(name);
    Command.run("sh", "-c", dd(disk, part) + " skip=" + offset + " count=" + 20 * MIB);
    return part;
  }

  private static String dd(Path from, Path to) {
    return "dd bs=1M iflag=skip_bytes,count_bytes oflag=seek_bytes conv=notrunc status=none if='"
        + from
        + "' of='"
        + to
        + "'";
  }

  private static void patch(Path disk, long at, int value) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.seek(at);
      file.write(value);
    }
  }
}
