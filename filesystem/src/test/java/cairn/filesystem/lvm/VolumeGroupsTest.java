package cairn.filesystem.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.Verdict;
import cairn.linux.test.LvmTools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// There is no device-mapper where this runs: what a volume holds is worked out from what `lvs`
/// says of its segments.
final class VolumeGroupsTest {
  private static final long BYTES = 64L << 20;
  private static final long START = 1 << 20;
  private static final int EXTENT = 1 << 20;
  private static final int SECTOR = 512;

  @TempDir private Path directory;

  @Test
  void volumesAreMadeOfTheExtentsThatLvmSays(Seed seed) throws IOException, CorruptData {
    Map<String, byte[]> expected = new HashMap<>();
    try (LvmDisks disks = new LvmDisks(directory, 3, BYTES)) {
      LvmTools lvm = disks.tools();
      lvm.create("linear 5m group " + disks.device(1));
      lvm.create("other 3m group " + disks.device(1));
      lvm.run("lvextend -L 9m group/linear " + disks.device(1) + " " + disks.device(0));
      lvm.run("lvcreate -an -Zn -Wn -i 3 -I 64k -L 12m -n striped group");
      lvm.run("lvextend -i 2 -I 4k -L 16m group/striped");
      lvm.run("lvcreate -an -Zn -Wn --type raid0 -i 2 -I 128k -L 8m -n raid group");
      lvm.run("lvremove -f group/other");
      for (Path image : disks.images()) {
        stamp(image, disks.images().indexOf(image));
      }
      for (String volume : List.of("linear", "striped", "raid")) {
        expected.put(volume, expected(lvm, volume, disks));
      }
    }
    List<ImageFile> images = images();
    List<LogicalVolume> found = VolumeGroups.of(physicals(images)).logicalVolumes();
    assertThat(found)
        .extracting(LogicalVolume::name)
        .containsExactlyInAnyOrder("linear", "striped", "raid");
    for (LogicalVolume volume : found) {
      assertThat(volume.group()).isEqualTo("group");
      assertSame(volume, expected.getOrDefault(volume.name(), new byte[0]), seed);
    }
    close(images);
  }

  private static void assertSame(LogicalVolume volume, byte[] expected, Seed seed)
      throws IOException {
    BlockReader reader = volume.bytes().orElseThrow();
    assertThat(volume.size()).isEqualTo(expected.length);
    assertThat(reader.size()).isEqualTo(expected.length);
    byte[] all = new byte[expected.length];
    reader.read(0, all, 0, all.length);
    assertThat(Arrays.mismatch(all, expected)).as(volume.name()).isEqualTo(-1);
    RandomGenerator random = seed.random();
    for (int round = 0; round < 200; round++) {
      int from = random.nextInt(expected.length);
      int length = random.nextInt(Math.min(expected.length - from, 3 * EXTENT));
      byte[] some = new byte[length];
      reader.read(from, some, 0, length);
      assertThat(Arrays.equals(some, 0, length, expected, from, from + length)).isTrue();
    }
    long end = 0;
    for (Extent extent : reader.extents(0, reader.size())) {
      assertThat(extent.offset()).isEqualTo(end);
      end = extent.end();
    }
    assertThat(end).isEqualTo(reader.size());
  }

  @Test
  void aVolumeWithoutAllItsDisksSaysWhichIsMissing() throws IOException, CorruptData {
    String missing;
    try (LvmDisks disks = new LvmDisks(directory, 3, BYTES)) {
      LvmTools lvm = disks.tools();
      lvm.create("whole 5m group " + disks.device(0));
      lvm.run("lvcreate -an -Zn -Wn -i 3 -I 64k -L 12m -n striped group");
      missing = lvm.run("pvs --noheadings -o pv_uuid " + disks.device(2));
    }
    List<ImageFile> images = images();
    List<LvmPhysicalVolume> two = physicals(images).subList(0, 2);
    List<LogicalVolume> found = VolumeGroups.of(two).logicalVolumes();
    assertThat(found)
        .extracting(LogicalVolume::why)
        .containsExactly("it needs physical volume " + missing + ", which is not here", "");
    List<LvmPhysicalVolume> twice = new ArrayList<>(physicals(images));
    twice.add(twice.get(2));
    assertThat(VolumeGroups.of(twice).logicalVolumes().getFirst().why())
        .isEqualTo("it needs physical volume " + missing + ", which is here 2 times");
    close(images);
  }

  @Test
  void theNewestMetadataCounts() throws IOException, CorruptData {
    byte[] old = new byte[(int) START];
    try (LvmDisks disks = new LvmDisks(directory, 2, BYTES)) {
      LvmTools lvm = disks.tools();
      lvm.create("one 5m group " + disks.device(0));
      try (ImageFile image = new ImageFile(disks.images().getFirst())) {
        image.read(0, old, 0, old.length);
      }
      lvm.create("two 5m group " + disks.device(0));
    }
    write(directory.resolve("disk-0"), 0, old);
    List<ImageFile> images = images(2);
    List<LvmPhysicalVolume> physicals = physicals(images);
    VolumeGroups groups = VolumeGroups.of(physicals);
    assertThat(groups.logicalVolumes()).extracting(LogicalVolume::name).contains("one", "two");
    assertThat(Verdict.of(groups.compared(physicals.getFirst())).problems())
        .contains("corrupt metadata lvm2: seqno, have 2 expect 3");
    assertThat(Verdict.of(groups.compared(physicals.getLast())).problems()).isEmpty();
    close(images);
  }

  @Test
  void aMirrorIsReadFromALegThatIsWhole() throws IOException, CorruptData {
    Lab lab = new Lab();
    assertThat(lab.read("raid")).as("never ran").isEqualTo(10);
    lab.note(0, 7, 0, -1);
    lab.note(1, 9, 1, -1);
    assertThat(lab.read("raid")).as("the first fell behind").isEqualTo(20);
    lab.note(0, 9, 2, -1);
    lab.note(1, 9, 2, -1);
    assertThat(lab.read("raid")).as("the second failed").isEqualTo(10);
    lab.note(0, 9, 0, 4096);
    lab.note(1, 9, 0, -1);
    assertThat(lab.read("raid")).as("the first is being recovered").isEqualTo(20);
    lab.note(0, 9, 0, -1);
    assertThat(lab.read("raid")).isEqualTo(10);
    assertThat(lab.read("mirror")).isEqualTo(12);
    lab.note(0, 9, 3, -1);
    lab.note(1, 9, 3, -1);
    assertThat(lab.why("raid")).isEqualTo("none of its legs that are here is whole");
    lab.remove("aa");
    lab.note(1, 9, 1, -1);
    assertThat(lab.read("raid")).as("one leg is left").isEqualTo(20);
    assertThat(lab.why("mirror")).startsWith("it needs physical volume aa");
  }

  @Test
  void whatIsNotUnderstoodSaysSo() throws IOException, CorruptData {
    Lab lab = new Lab();
    assertThat(lab.why("thin")).isEqualTo("volumes of type thin are not understood");
    assertThat(lab.why("snap")).isEqualTo("snapshots are not understood");
    assertThat(lab.why("merged")).isEqualTo("a snapshot is being merged into it");
    assertThat(lab.why("loop")).contains("corrupt logical volume loop: levels, have a loop");
    assertThat(lab.why("beyond")).contains("extents of pv0, have 15+2 expect within 16");
    assertThat(lab.why("nowhere")).contains("corrupt logical volume gone: name, have none");
    assertThat(lab.why("gap")).contains("start of segment 2, have 3 expect 1");
    assertThat(lab.volume("hidden")).isEmpty();
  }

  /// Two physical volumes in memory whose extents, a sector each, are filled with 10 and 20 plus
  /// their numbers.
  private static final class Lab {
    private static final String TEXT =
        """
        contents = "Text Format Volume Group" version = 1
        group { id = "cc" seqno = 1 extent_size = 1
          physical_volumes {
            pv0 { id = "aa" pe_start = 4 pe_count = 16 dev_size = 20 }
            pv1 { id = "bb" pe_start = 4 pe_count = 16 dev_size = 20 } }
          logical_volumes {
            raid { VISIBLE segment_count = 1 segment1 { start_extent = 0 extent_count = 1
              type = "raid1" device_count = 2 raids = [ "m0", "hidden", "m1", "i1" ] } }
            hidden { status = [ ] segment_count = 1 LINEAR "pv0", 0 ] } }
            i1 { segment_count = 1 LINEAR "pv1", 0 ] } }
            m0 { segment_count = 1 LINEAR "pv0", 1 ] } }
            m1 { segment_count = 1 LINEAR "pv1", 1 ] } }
            mirror { VISIBLE segment_count = 1 segment1 { start_extent = 0 extent_count = 2
              type = "mirror" mirror_count = 2 mirrors = [ "pv0", 2, "pv1", 2 ] } }
            thin { VISIBLE segment_count = 1 segment1 { start_extent = 0 extent_count = 2
              type = "thin" thin_pool = "pool" } }
            snap { VISIBLE segment_count = 1 LINEAR "pv0", 5 ] } }
            merged { VISIBLE segment_count = 1 LINEAR "pv0", 6 ] } }
            snapshot0 { segment_count = 1 segment1 { start_extent = 0 extent_count = 1
              type = "snapshot" origin = "raid" cow_store = "snap" } }
            snapshot1 { segment_count = 1 segment1 { start_extent = 0 extent_count = 1
              type = "snapshot" origin = "merged" merging_store = "snap" } }
            loop { VISIBLE segment_count = 1 LINEAR "pool", 0 ] } }
            pool { segment_count = 1 LINEAR "loop", 0 ] } }
            nowhere { VISIBLE segment_count = 1 LINEAR "gone", 0 ] } }
            gap { VISIBLE segment_count = 2 LINEAR "pv0", 8 ] } segment2 { start_extent = 3
              extent_count = 1 type = "striped" stripe_count = 1 stripes = [ "pv0", 9 ] } }
            beyond { VISIBLE segment_count = 1 segment1 { start_extent = 0 extent_count = 2
              type = "striped" stripe_count = 1 stripes = [ "pv0", 15 ] } }
          } }
        """
            .replace("VISIBLE", "status = [ \"READ\", \"VISIBLE\" ]")
            .replace(
                "LINEAR",
                "segment1 { start_extent = 0 extent_count = 1 type = \"striped\" stripe_count = 1"
                    + " stripes = [");

    private final LvmGroup group = LvmGroup.parse(TEXT);
    private final Map<String, byte[]> disks = new HashMap<>();

    Lab() throws CorruptData {
      for (int number = 0; number < 2; number++) {
        byte[] disk = new byte[20 * SECTOR];
        for (int extent = 0; extent < 16; extent++) {
          int at = (4 + extent) * SECTOR;
          Arrays.fill(disk, at, at + SECTOR, (byte) (10 * (number + 1) + extent));
        }
        disks.put(number == 0 ? "aa" : "bb", disk);
      }
    }

    void remove(String id) {
      disks.remove(id);
    }

    /// Writes what the kernel notes of a leg.
    void note(int leg, long events, long failed, long recovered) {
      ByteBuffer.wrap(disks.get(leg == 0 ? "aa" : "bb"))
          .order(ByteOrder.LITTLE_ENDIAN)
          .position(5 * SECTOR)
          .put("DmRd".getBytes(StandardCharsets.US_ASCII))
          .putInt(0)
          .putInt(2)
          .putInt(leg)
          .putLong(events)
          .putLong(failed)
          .putLong(recovered);
    }

    Optional<LogicalVolume> volume(String name) {
      Map<String, List<BlockReader>> readers = new HashMap<>();
      disks.forEach((id, disk) -> readers.put(id, List.of(MemoryVolume.of(disk))));
      return VolumeGroups.logicalVolumes(group, readers).stream()
          .filter(volume -> volume.name().equals(name))
          .findFirst();
    }

    String why(String name) {
      return volume(name).orElseThrow().why();
    }

    int read(String name) throws IOException {
      byte[] bytes = new byte[SECTOR];
      volume(name).orElseThrow().bytes().orElseThrow().read(0, bytes, 0, SECTOR);
      return bytes[SECTOR - 1];
    }
  }

  private byte[] expected(LvmTools lvm, String volume, LvmDisks disks) throws IOException {
    String fields = "seg_start,seg_size,stripes,stripe_size,segtype,devices";
    String lines =
        lvm.run(
            "lvs --segments --units b --nosuffix --noheadings --separator ';' -a -o lv_name,"
                + fields
                + " group");
    Map<String, byte[]> known = new HashMap<>();
    byte[] content = new byte[0];
    List<String[]> rows = new ArrayList<>();
    for (String line : lines.lines().filter(line -> line.contains(volume)).toList()) {
      rows.add(line.strip().replace("[", "").replace("]", "").split(";", -1));
    }
    rows.sort(Comparator.comparingLong(row -> Long.parseLong(row[1])));
    rows.sort((one, other) -> Boolean.compare(one[0].equals(volume), other[0].equals(volume)));
    for (String[] row : rows) {
      int length = Integer.parseInt(row[2]);
      String[] legs = row[6].split(",", -1);
      int stripe = legs.length == 1 ? length : Integer.parseInt(row[4]);
      byte[] segment = new byte[length];
      for (int at = 0; at < length; at += stripe) {
        int leg = at / stripe % legs.length;
        int within = at / stripe / legs.length * stripe;
        String name = legs[leg].replaceAll("\\(.*", "");
        int first = Integer.parseInt(legs[leg].replaceAll(".*\\(|\\)", ""));
        byte[] part = known.get(name);
        if (part == null) {
          try (ImageFile image = new ImageFile(disks.image(name))) {
            image.read(START + (long) first * EXTENT + within, segment, at, stripe);
          }
        } else {
          System.arraycopy(part, within, segment, at, stripe);
        }
      }
      if (row[0].equals(volume)) {
        content = Arrays.copyOf(content, content.length + length);
        System.arraycopy(segment, 0, content, content.length - length, length);
      } else {
        known.put(row[0], segment);
      }
    }
    return content;
  }

  /// Each sector behind the metadata says where it lies.
  private static void stamp(Path image, int number) throws IOException {
    byte[] content = new byte[(int) (BYTES - START)];
    ByteBuffer buffer = ByteBuffer.wrap(content);
    for (int at = 0; at < content.length; at += SECTOR) {
      buffer.putLong(at, START + at).putLong(at + 8, number);
    }
    write(image, START, content);
  }

  private static void write(Path image, long offset, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(content), offset);
    }
  }

  private List<ImageFile> images() throws IOException {
    return images(3);
  }

  private List<ImageFile> images(int count) throws IOException {
    List<ImageFile> images = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      images.add(new ImageFile(directory.resolve("disk-" + index)));
    }
    return images;
  }

  private static void close(List<ImageFile> images) throws IOException {
    for (ImageFile image : images) {
      image.close();
    }
  }

  private static List<LvmPhysicalVolume> physicals(List<ImageFile> images)
      throws IOException, CorruptData {
    List<LvmPhysicalVolume> physicals = new ArrayList<>();
    for (ImageFile image : images) {
      physicals.add(LvmPhysicalVolume.open(image));
    }
    return physicals;
  }
}
