package cairn.filesystem.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.test.LvmTools;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LvmCheckTest {
  private static final long BYTES = 32L << 20;
  private static final int ROUNDS = Integer.getInteger("cairn.lvm.rounds", 12);
  private static final int DAMAGES = Integer.getInteger("cairn.lvm.damages", 3_000);

  @TempDir private Path directory;

  @Test
  void aSoundVolumeHasNothing() throws IOException, CorruptData {
    byte[] image = image();
    assertThat(check(image)).isEqualTo(new Verdict(List.of(), List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seqno = | seqno = 0 #                    | volume group group: seqno",
        "extent_size = 2048 | extent_size = 0     | extent size",
        "id = \" | id = \"1                       | id",
        "pe_start = 2048 | pe_start = 4096        | first extent",
        "pe_count = 30 | pe_count = 60            | end",
        "start_extent = 0 | start_extent = 1      | start of segment 1",
        "segment_count = 1 | segment_count = 2    | segment2",
        "segment_count = 2 | segment_count = 1    | segments",
        "extent_count = 8 | extent_count = 80     | extents of pv0",
        "stripe_count = 1 | stripe_count = 2      | length of stripes",
        "stripe_size = 128 | stripe_size = 100    | stripe size",
        "stripes = [\n\"pv0\", 0 | stripes = [\n\"pv0\", 1 | extent of pv0",
        "\"pv0\", 0 | \"pv9\", 0                  | leg, have pv9",
        "\"pv0\", 0 | \"linear\", 0               | made of, have itself",
        "\"raid_rimage_0\" | \"raid_rimage_7\"    | leg, have raid_rimage_7",
        "linear { | lin/ear {                     | name",
      })
  void whatContradictsItselfIsFound(String old, String with, String field)
      throws IOException, CorruptData {
    byte[] image = image();
    String text = text(image);
    String compact = text.replaceAll("\n\t+", "\n");
    String from = old.replace("\\n", "\n");
    assertThat(compact).contains(from);
    setText(image, compact.replaceFirst(Pattern.quote(from), with.replace("\\n", "\n")));
    assertThat(check(image).problems()).as(compact).anyMatch(each -> each.contains(field));
  }

  @Test
  void eachCopyIsChecked() throws IOException, CorruptData {
    byte[] image = image();
    image[(int) BYTES - (1 << 20) + 600]++;
    assertThat(check(image).problems()).singleElement().asString().contains("text checksum");
    image[4096 + 100]++;
    assertThat(check(image).problems())
        .anyMatch(each -> each.matches("corrupt metadata area lvm2@4096: checksum.*"));
  }

  @Test
  void metadataThatIsBeingChangedIsUnknown() throws IOException, CorruptData {
    byte[] image = image();
    System.arraycopy(image, 4096 + 40, image, 4096 + 64, 24);
    seal(image, 4096);
    assertThat(check(image))
        .isEqualTo(new Verdict(List.of(), List.of("the metadata area at 4096 is being changed")));
  }

  /// Changes a number or a name under right checksums: what `vgck` refuses is found here, too.
  @Test
  void whatTheToolRefusesIsFound(Seed seed) throws IOException, CorruptData {
    List<String> missed = new ArrayList<>();
    int refused = 0;
    try (LvmDisks disks = disks()) {
      byte[] image = Files.readAllBytes(disks.images().getFirst());
      String text = text(image);
      for (int round = 0; round < ROUNDS; round++) {
        String changed = changed(text, seed.split(round).random());
        setText(image, changed);
        Files.write(disks.images().getFirst(), image);
        boolean damaged = !accepts(disks.tools());
        boolean found = !check(image).problems().isEmpty();
        refused += damaged ? 1 : 0;
        if (damaged && !found) {
          int at = mismatch(text, changed);
          missed.add(changed.substring(Math.max(0, at - 40), Math.min(at + 30, changed.length())));
        }
      }
    }
    System.getLogger("campaign")
        .log(
            System.Logger.Level.INFO,
            "lvm: {0} of {1} refused, {2} missed",
            refused,
            ROUNDS,
            missed.size());
    assertThat(missed).hasSizeLessThanOrEqualTo(refused / 50);
  }

  @Test
  void damageNeverEndsTheCheck(Seed seed) throws IOException {
    byte[] image = image();
    RandomGenerator random = seed.random();
    String text = text(image);
    for (int round = 0; round < DAMAGES; round++) {
      byte[] head = Arrays.copyOf(image, 1 << 20);
      if (round % 2 == 0) {
        setText(image, changed(changed(text, random), random));
      } else {
        image[random.nextInt(512, 9000)] = (byte) random.nextInt();
      }
      try {
        LvmPhysicalVolume volume = LvmPhysicalVolume.open(MemoryVolume.of(image));
        Verdict.of(volume);
        VolumeGroups.of(List.of(volume, volume)).logicalVolumes();
      } catch (CorruptData e) {
        assertThat(e.problem().message()).startsWith("corrupt ");
      }
      System.arraycopy(head, 0, image, 0, head.length);
    }
  }

  private static String changed(String text, RandomGenerator random) {
    List<MatchResult> places =
        Pattern.compile("\\b[0-9]+\\b|\"[^\"]*\"|\\w+ [={]").matcher(text).results().toList();
    MatchResult place = places.get(random.nextInt(places.size()));
    String old = place.group();
    String changed =
        switch (random.nextInt(6)) {
          case 0 -> "0";
          case 1 -> Long.toString(random.nextLong());
          case 2 -> Integer.toString(random.nextInt(40));
          case 3 -> places.get(random.nextInt(places.size())).group();
          case 4 -> old.length() > 2 ? old.substring(0, 1) + "x" + old.substring(2) : "1";
          default -> "";
        };
    return text.substring(0, place.start()) + changed + text.substring(place.end());
  }

  private static int mismatch(String text, String changed) {
    return Arrays.mismatch(text.toCharArray(), changed.toCharArray());
  }

  private static boolean accepts(LvmTools lvm) {
    try {
      return lvm.run("vgck").isEmpty()
          && lvm.run("pvs -a --noheadings -o pv_name,vg_name").contains("group");
    } catch (IOException e) {
      return false;
    }
  }

  private static Verdict check(byte[] image) throws IOException, CorruptData {
    return Verdict.of(LvmPhysicalVolume.open(MemoryVolume.of(image)));
  }

  private LvmDisks disks() throws IOException {
    LvmDisks disks = new LvmDisks(directory, 1, BYTES);
    String device = disks.device(0).toString();
    LvmTools lvm = disks.tools();
    lvm.create("linear 8m group " + device + ":0-7");
    lvm.create("second 2m group " + device + ":8-9");
    lvm.run("lvextend -L 4m group/second " + device + ":12-13");
    lvm.run("lvcreate -an -Zn -Wn --type raid0 -i 1 -L 2m -n raid group");
    return disks;
  }

  private byte[] image() throws IOException {
    try (LvmDisks disks = disks()) {
      return Files.readAllBytes(disks.images().getFirst());
    }
  }

  private static String text(byte[] image) {
    ByteBuffer fields = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    int at = 4096 + (int) fields.getLong(4096 + 40);
    return new String(image, at, (int) fields.getLong(4096 + 48), StandardCharsets.UTF_8);
  }

  /// Puts a text into both areas.
  private static void setText(byte[] image, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int area : List.of(4096, (int) BYTES - (1 << 20))) {
      System.arraycopy(bytes, 0, image, area + 512, bytes.length);
      ByteBuffer.wrap(image)
          .order(ByteOrder.LITTLE_ENDIAN)
          .position(area + 40)
          .putLong(512)
          .putLong(bytes.length)
          .putInt(LvmCrc.of(bytes, 0, bytes.length));
      seal(image, area);
    }
  }

  private static void seal(byte[] image, int area) {
    int checksum = LvmCrc.of(image, area + 4, 508);
    ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putInt(area, checksum);
  }
}
