package cairn.filesystem.lvm;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.test.Agreement;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.Verdict;
import cairn.linux.test.LvmTools;
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

final class LvmCheckTest {
  private static final long BYTES = 32L << 20;
  private static final int DAMAGES = Integer.getInteger("damages", 1_000);

  /// What stands in the text, what instead, and what is to be said of it.
  private static final String[][] CONTRADICTIONS = {
    {"seqno = ", "seqno = 0 # ", "volume group group: seqno"},
    {"extent_size = 2048", "extent_size = 0", "extent size"},
    {"id = \"", "id = \"1", "volume group group: id"},
    {"pe_start = 2048", "pe_start = 4096", "physical volume pv0: first extent"},
    {"pe_count = 30", "pe_count = 60", "physical volume pv0: end"},
    {"start_extent = 0", "start_extent = 1", "start of segment 1"},
    {"segment_count = 1", "segment_count = 2", "segment2"},
    {"segment_count = 2", "segment_count = 1", "segments"},
    {"extent_count = 8", "extent_count = 80", "extents of pv0"},
    {"stripe_count = 1", "stripe_count = 2", "length of stripes"},
    {"stripe_size = 128", "stripe_size = 100", "stripe size"},
    {"\"pv0\", 0\n", "\"pv0\", 1\n", "extent of pv0"},
    {"\"pv0\", 0\n", "\"pv9\", 0\n", "leg, have pv9"},
    {"\"pv0\", 0\n", "\"linear\", 0\n", "made of, have itself"},
    {"\"raid_rimage_0\"", "\"raid_rimage_7\"", "leg, have raid_rimage_7"},
    {"linear {", "lin/ear {", "name"},
  };

  @TempDir private Path directory;

  @Test
  void aSoundVolumeHasNothing() throws IOException, CorruptData {
    byte[] image = image();
    assertThat(check(image)).isEqualTo(new Verdict(List.of(), List.of()));
  }

  @Test
  void whatContradictsItselfIsFound() throws IOException, CorruptData {
    byte[] image = image();
    String text = text(image).replaceAll("\n\t+", "\n");
    for (String[] each : CONTRADICTIONS) {
      assertThat(text).contains(each[0]);
      setText(image, text.replaceFirst(Pattern.quote(each[0]), each[1]));
      assertThat(check(image).problems())
          .as(each[1])
          .isNotEmpty()
          .anyMatch(problem -> problem.contains(each[2]));
    }
    setText(image, text);
    assertThat(check(image).problems()).isEmpty();
  }

  @Test
  void eachCopyIsChecked() throws IOException, CorruptData {
    byte[] image = image();
    int second = (int) BYTES - (1 << 20);
    int at = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).getInt(second + 40);
    image[second + at + 100]++;
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
    Agreement agreement = new Agreement("lvm");
    try (LvmDisks disks = disks()) {
      List<byte[]> images = new ArrayList<>();
      for (Path image : disks.images()) {
        images.add(Files.readAllBytes(image));
      }
      String text = text(images.getFirst());
      int rounds = Agreement.images(12);
      for (int round = 0; round < rounds; round++) {
        String changed = changed(text, seed.split(round).random());
        for (int index = 0; index < images.size(); index++) {
          setText(images.get(index), changed);
          Files.write(disks.images().get(index), images.get(index));
        }
        String refusal = refusal(disks.tools());
        Verdict found = check(images.getFirst());
        int at =
            Math.max(
                40, Arrays.mismatch((text + " ").toCharArray(), (changed + "#").toCharArray()));
        String around = changed.substring(at - 40, Math.min(at + 30, changed.length()));
        agreement.add(
            !refusal.isEmpty(), found.saysAnything(), around + "\n" + refusal + "\n" + found);
      }
    }
    agreement.check();
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

  private static String refusal(LvmTools lvm) {
    try {
      String printed = lvm.run("vgck");
      boolean there = lvm.run("pvs --noheadings -o vg_name").contains("group");
      return printed.isEmpty() && !there ? "no group" : printed;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static Verdict check(byte[] image) throws IOException, CorruptData {
    return Verdict.of(LvmPhysicalVolume.open(MemoryVolume.of(image)));
  }

  private LvmDisks disks() throws IOException {
    LvmDisks disks = new LvmDisks(directory, 2, BYTES);
    String device = disks.device(0).toString();
    LvmTools lvm = disks.tools();
    lvm.create("linear 8m group " + device + ":0-7");
    lvm.create("second 2m group " + device + ":8-9");
    lvm.run("lvextend -L 4m group/second " + device + ":12-13");
    lvm.run("lvcreate -an -Zn -Wn --type raid0 -i 2 -L 2m -n raid group");
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
