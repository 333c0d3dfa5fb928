package cairn.filesystem.partition;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.Content.Partitioned;
import cairn.filesystem.Contents;
import cairn.filesystem.Place;
import cairn.filesystem.Places;
import cairn.filesystem.test.Agreement;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.Verdict;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PartitionCheckTest {
  private static final int BYTES = 16 << 20;
  private static final int SECTOR = 512;
  private static final int LAST = BYTES - SECTOR;
  private static final int DAMAGES = Integer.getInteger("damages", 300);

  @TempDir private Path directory;

  @Test
  void soundTablesHaveNothing() throws IOException {
    for (byte[] disk : List.of(gpt(), mbr())) {
      assertThat(check(disk)).isEqualTo(new Verdict(List.of(), List.of()));
    }
    Path path = FilledImage.sparse(directory.resolve("large"), BYTES);
    try (LoopDevice device = LoopDevice.over(path, "--sector-size=4096")) {
      sfdisk(device.path(), "label: gpt\nstart=256, size=256\nstart=512, size=256\n");
    }
    byte[] disk = Files.readAllBytes(path);
    assertThat(Contents.identify(MemoryVolume.of(disk))).isInstanceOf(Partitioned.class);
    assertThat(check(disk)).isEqualTo(new Verdict(List.of(), List.of()));
  }

  @Test
  void bothCopiesOfAGptAreChecked() throws IOException {
    byte[] disk = gpt();
    disk[LAST + 60]++;
    assertThat(check(disk).problems())
        .singleElement()
        .asString()
        .startsWith("corrupt partition table gpt@32767: checksum");
    disk = gpt();
    disk[2 * SECTOR + 128 + 60]++;
    assertThat(check(disk).problems())
        .singleElement()
        .asString()
        .startsWith("corrupt partition table gpt@1: checksum of the entries");
  }

  /// Each of them under right checksums, in both copies.
  @Test
  void entriesAreCheckedAgainstEachOther() throws IOException {
    assertThat(changed(2, 32, 2_100)).anyMatch(each -> each.contains("partition 2: start"));
    assertThat(changed(1, 40, 90_000)).anyMatch(each -> each.contains("partition 1: last sector"));
    assertThat(changed(1, 32, 33)).anyMatch(each -> each.contains("partition 1: first sector"));
    byte[] disk = gpt();
    System.arraycopy(disk, 2 * SECTOR + 16, disk, 2 * SECTOR + 128 + 16, 16);
    assertThat(check(sealed(disk)).problems())
        .singleElement()
        .asString()
        .contains("partition 2: GUID");
  }

  private List<String> changed(int number, int field, long value) throws IOException {
    byte[] disk = gpt();
    fields(disk).putLong(2 * SECTOR + 128 * (number - 1) + field, value);
    return check(sealed(disk)).problems();
  }

  @Test
  void theProtectiveRecordIsChecked() throws IOException {
    byte[] disk = gpt();
    fields(disk).putInt(446 + 12, 100);
    assertThat(check(disk).problems())
        .singleElement()
        .asString()
        .contains("mbr@0: end of the protective partition");
    disk[510] = 0;
    assertThat(check(disk).problems())
        .singleElement()
        .asString()
        .startsWith("corrupt partition table mbr@0: magic");
  }

  @Test
  void aTableOnADiskThatGrewIsFound() throws IOException {
    byte[] disk = Arrays.copyOf(gpt(), BYTES + (1 << 20));
    assertThat(check(disk).problems()).anyMatch(each -> each.contains("@1: other header"));
    assertThat(Contents.identify(MemoryVolume.of(disk))).isInstanceOf(Partitioned.class);
  }

  @Test
  void logicalPartitionsAreChecked() throws IOException {
    byte[] disk = mbr();
    fields(disk).putInt((5 << 20) + 446 + 16 + 8, 0);
    assertThat(check(disk).problems()).anyMatch(each -> each.contains("extended: link"));
    disk = mbr();
    fields(disk).putInt((10 << 20) + 446 + 12, 20_000);
    assertThat(check(disk).problems()).anyMatch(each -> each.contains("logical end"));
    disk = mbr();
    fields(disk).putInt(446 + 12, 30_000);
    assertThat(check(disk).problems()).anyMatch(each -> each.contains("partition 5: start"));
    disk = mbr();
    disk[446] = 7;
    assertThat(check(disk).problems()).anyMatch(each -> each.contains("partition 1: entry"));
    disk = mbr();
    disk[446 + 3 * 16 + 13] = 74;
    assertThat(check(disk).problems()).anyMatch(each -> each.contains("partition 4: type"));
  }

  @Test
  void partitionsOfADamagedTableAreFoundByItsCopy() throws IOException {
    byte[] disk = gpt();
    Arrays.fill(disk, SECTOR, SECTOR + 8, (byte) 0);
    assertThat(Contents.identify(MemoryVolume.of(disk)).type()).isEqualTo("unknown");
    Places places = Places.of("disk", MemoryVolume.of(disk));
    assertThat(places.all()).extracting(Place::address).containsExactly("disk", "p1", "p2", "p3");
    assertThat(Verdict.of(places.all().getFirst()::check).problems())
        .anyMatch(each -> each.contains("gpt@1: magic"));
  }

  @Test
  void whatTheToolsFindIsFound(Seed seed) throws Exception {
    Path path = directory.resolve("damaged");
    for (String type : List.of("gpt", "mbr")) {
      byte[] sound = type.equals("gpt") ? gpt() : mbr();
      Files.write(path, sound);
      assertThat(complaints(path, type)).isEmpty();
      Agreement agreement = new Agreement(type);
      int rounds = Agreement.images(12);
      for (int round = 0; round < rounds; round++) {
        byte[] disk = sound.clone();
        String what = damage(disk, type, seed.split(round).random());
        Files.write(path, disk);
        String tool = complaints(path, type);
        Verdict verdict = check(disk);
        agreement.add(!tool.isEmpty(), verdict.saysAnything(), what + "\n" + tool + "\n" + verdict);
      }
      agreement.check();
    }
  }

  @Test
  void damageEndsNothing(Seed seed) throws IOException, CorruptData {
    for (String type : List.of("gpt", "mbr")) {
      byte[] sound = type.equals("gpt") ? gpt() : mbr();
      byte[] disk = sound.clone();
      RandomGenerator random = seed.random();
      for (int round = 0; round < DAMAGES / 2; round++) {
        damage(disk, type, random);
        check(disk);
        Places.of("disk", MemoryVolume.of(disk));
        if (round % 3 == 0) {
          System.arraycopy(sound, 0, disk, 0, 1 << 16);
          System.arraycopy(sound, 5 << 20, disk, 5 << 20, BYTES - (5 << 20));
        }
      }
    }
  }

  /// Changes a field of the table; in a GPT half of the time of both copies, with right checksums.
  private static String damage(byte[] disk, String type, RandomGenerator random) {
    ByteBuffer fields = fields(disk);
    if (type.equals("mbr")) {
      int[] entries = {446, 462, (5 << 20) + 446, (5 << 20) + 462, (10 << 20) + 446};
      int[] places = {0, 4, 8, 9, 10, 11, 12, 13, 14, 15};
      int at = entries[random.nextInt(entries.length)] + places[random.nextInt(places.length)];
      byte old = disk[at];
      disk[at] = (byte) (random.nextBoolean() ? random.nextInt() : old ^ 1 << random.nextInt(8));
      return at + ": " + old + " -> " + disk[at];
    }
    if (random.nextBoolean()) {
      int[] starts = {440, SECTOR, 2 * SECTOR, LAST - 32 * SECTOR, LAST};
      int[] lengths = {72, 92, 400, 400, 92};
      int which = random.nextInt(starts.length);
      int at = starts[which] + random.nextInt(lengths[which]);
      byte old = disk[at];
      disk[at] = (byte) random.nextInt();
      return at + ": " + old + " -> " + disk[at];
    }
    int entry = 2 * SECTOR + 128 * random.nextInt(3);
    int field = random.nextBoolean() ? entry + 32 : entry + 40;
    long value =
        switch (random.nextInt(4)) {
          case 0 -> random.nextLong();
          case 1 -> random.nextLong(BYTES / SECTOR);
          case 2 -> fields.getLong(field) + random.nextInt(-3, 4);
          default -> fields.getLong(2 * SECTOR + 128 * random.nextInt(3) + 40);
        };
    long old = fields.getLong(field);
    fields.putLong(field, value);
    sealed(disk);
    return field + ": " + old + " -> " + value + ", sealed";
  }

  private static String complaints(Path path, String type) throws Exception {
    List<String> command =
        type.equals("gpt")
            ? List.of("sgdisk", "-v", path.toString())
            : List.of("sfdisk", "--verify", path.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    process.waitFor();
    boolean good =
        type.equals("gpt")
            ? output.contains("No problems found") && !output.contains("CRC")
            : output.strip().lines().allMatch(PartitionCheckTest::isHarmless);
    return good
        ? ""
        : output.lines().filter(line -> !line.isBlank()).collect(Collectors.joining("\n"));
  }

  private static boolean isHarmless(String line) {
    return line.endsWith(":")
        || line.startsWith("No errors detected")
        || line.startsWith("Remaining ")
        || line.contains("does not start on physical sector boundary");
  }

  private static Verdict check(byte[] disk) throws IOException {
    return Verdict.of(new PartitionCheck(MemoryVolume.of(disk)));
  }

  /// Makes the checksums right, and the copy of the entries the same.
  private static byte[] sealed(byte[] disk) {
    System.arraycopy(disk, 2 * SECTOR, disk, LAST - 32 * SECTOR, 32 * SECTOR);
    for (int header : new int[] {SECTOR, LAST}) {
      ByteBuffer fields = fields(disk);
      int table = header == SECTOR ? 2 * SECTOR : LAST - 32 * SECTOR;
      fields.putInt(header + 88, crc32(disk, table, 128 * 128));
      fields.putInt(header + 16, 0);
      fields.putInt(header + 16, crc32(disk, header, 92));
    }
    return disk;
  }

  private static int crc32(byte[] bytes, int from, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  private static ByteBuffer fields(byte[] disk) {
    return ByteBuffer.wrap(disk).order(ByteOrder.LITTLE_ENDIAN);
  }

  private byte[] gpt() throws IOException {
    return disk(
        """
        label: gpt
        start=2048, size=4096
        start=6144, size=8192
        start=20480, size=4096
        """);
  }

  private byte[] mbr() throws IOException {
    return disk(
        """
        label: dos
        start=2048, size=4096, type=83
        start=10240, size=20480, type=5
        start=12288, size=4096, type=83
        start=22528, size=4096, type=83
        """);
  }

  private byte[] disk(String script) throws IOException {
    Path disk = directory.resolve("disk");
    Files.deleteIfExists(disk);
    FilledImage.sparse(disk, BYTES);
    sfdisk(disk, script);
    return Files.readAllBytes(disk);
  }

  private void sfdisk(Path disk, String script) throws IOException {
    Path lines = Files.writeString(directory.resolve("script"), script);
    Command.run("sh", "-c", "sfdisk -q --no-reread '" + disk + "' < '" + lines + "'");
  }
}
