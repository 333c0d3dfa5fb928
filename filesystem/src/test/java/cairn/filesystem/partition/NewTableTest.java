package cairn.filesystem.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.layout.Patches.Patch;
import cairn.filesystem.partition.NewTable.Span;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.Verdict;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NewTableTest {
  private static final int MIB = 1 << 20;
  private static final long BYTES = 64L * MIB;
  private static final String GPT =
      """
      label: gpt
      label-id: 01234567-89AB-CDEF-0123-456789ABCDEF
      start=2048, size=20480, name="boot", attrs="LegacyBIOSBootable GUID:48"
      start=40960, size=40960, uuid=11111111-2222-3333-4444-555555555555
      """;
  private static final String MBR =
      """
      label: dos
      label-id: 0x12345678
      start=2048, size=20480, type=83, bootable
      start=40960, size=40960, type=8e
      """;

  @TempDir private Path directory;

  private Path disk(String script) throws IOException {
    Path disk = FilledImage.sparse(directory.resolve("disk"), BYTES);
    Path file = Files.writeString(directory.resolve("script"), script);
    Command.run("sh", "-c", "sfdisk --quiet " + disk + " < " + file);
    return disk;
  }

  private Path made(Path disk, long bytes, Map<Integer, Span> spans)
      throws IOException, CorruptData {
    Path made = FilledImage.sparse(directory.resolve("made"), bytes);
    try (ImageFile image = new ImageFile(disk);
        RandomAccessFile file = new RandomAccessFile(made.toFile(), "rw")) {
      NewTable table = NewTable.of(image, PartitionTable.read(image));
      for (Patch patch : table.make(bytes, spans)) {
        file.seek(patch.offset());
        file.write(patch.bytes());
      }
    }
    return made;
  }

  /// What sfdisk says, without the name of the file.
  private static List<String> dump(Path disk) throws IOException {
    return Command.run("sfdisk", "--dump", disk.toString())
        .replace(disk.toString(), "disk")
        .replaceAll(" +", " ")
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  private static Verdict check(Path disk) throws IOException {
    return Verdict.of(new PartitionCheck(MemoryVolume.of(Files.readAllBytes(disk))));
  }

  @Test
  void aGptIsMadeForADiskOfAnotherSize() throws IOException, CorruptData {
    Path disk = disk(GPT);
    for (int mebibytes : List.of(50, 100)) {
      long length = (mebibytes - 21L) * MIB;
      Path made = made(disk, (long) mebibytes * MIB, Map.of(2, new Span(20L * MIB, length)));
      assertThat(Command.run("sgdisk", "--verify", made.toString())).contains("No problems found");
      assertThat(check(made)).isEqualTo(new Verdict(List.of(), List.of()));
      List<String> expected =
          dump(disk).stream()
              .map(line -> line.replace("size= 40960", "size= " + length / 512))
              .map(line ->
                  line.startsWith("last-lba") ? "last-lba: " + (mebibytes * 2048 - 34) : line)
              .toList();
      assertThat(dump(made)).isEqualTo(expected);
    }
  }

  @Test
  void aDamagedFirstTableIsMadeAnewFromTheOther() throws IOException, CorruptData {
    Path disk = disk(GPT);
    Path whole = Files.copy(made(disk, 2 * BYTES, Map.of()), directory.resolve("whole"));
    byte[] bytes = Files.readAllBytes(disk);
    PartitionTable table = PartitionTable.read(MemoryVolume.of(bytes));
    bytes[512 + 60]++;
    NewTable made = NewTable.of(MemoryVolume.of(bytes), table);
    for (Patch patch : made.make(2 * BYTES, Map.of())) {
      try (RandomAccessFile file = new RandomAccessFile(whole.toFile(), "r")) {
        byte[] expected = new byte[patch.bytes().length];
        file.seek(patch.offset());
        file.readFully(expected);
        assertThat(patch.bytes()).isEqualTo(expected);
      }
    }
  }

  @Test
  void anMbrIsMadeForADiskOfAnotherSize() throws IOException, CorruptData {
    Path disk = disk(MBR);
    Map<Integer, Span> spans =
        Map.of(1, new Span(MIB, 30L * MIB), 2, new Span(40L * MIB, 20L * MIB));
    Path made = made(disk, 60L * MIB, spans);
    assertThat(check(made)).isEqualTo(new Verdict(List.of(), List.of()));
    List<String> expected =
        dump(disk).stream()
            .map(line -> line.replace("start= 2048, size= 20480", "start= 2048, size= 61440"))
            .map(line -> line.replace("start= 40960, size= 40960", "start= 81920, size= 40960"))
            .toList();
    assertThat(dump(made)).isEqualTo(expected);
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    for (String script : List.of(GPT, MBR)) {
      Path disk = disk(script);
      assertThatThrownBy(() -> made(disk, 39L * MIB, Map.of())).isInstanceOf(CorruptData.class);
      Map<Integer, Span> overlapping = Map.of(1, new Span(MIB, 30L * MIB));
      assertThatThrownBy(() -> made(disk, BYTES, overlapping)).isInstanceOf(CorruptData.class);
      Files.delete(disk);
    }
  }

  @Test
  void whereTheLastPartitionHasToEnd() throws IOException, CorruptData {
    try (ImageFile disk = new ImageFile(disk(GPT))) {
      NewTable table = NewTable.of(disk, PartitionTable.read(disk));
      assertThat(table.usableEnd(100L * MIB)).isEqualTo(100L * MIB - 33 * 512);
    }
    Files.delete(directory.resolve("disk"));
    try (ImageFile disk = new ImageFile(disk(MBR))) {
      NewTable table = NewTable.of(disk, PartitionTable.read(disk));
      assertThat(table.usableEnd(100L * MIB)).isEqualTo(100L * MIB);
      assertThat(table.usableEnd(1L << 45)).isEqualTo(0xFFFF_FFFFL * 512);
    }
  }
}
