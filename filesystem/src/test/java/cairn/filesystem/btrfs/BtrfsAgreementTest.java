package cairn.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damages metadata at chosen places and asks both `btrfs check` and the check of our own. Whatever
/// the former reports, the latter must.
///
/// `-Dagreement=300` runs a longer campaign.
final class BtrfsAgreementTest {
  private static final int MUTATIONS = Integer.getInteger("agreement", 12);
  private static final long BYTES = 128L << 20;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"-n 4096 -m single", "-m dup -R quota --csum xxhash"})
  void whatBtrfsCheckReportsIsReported(String options, Seed seed)
      throws IOException, CorruptData, NotHere, InterruptedException {
    Path path = BtrfsWork.image(directory.resolve("image"), BYTES, options, "rw", seed);
    DamagedImage image = new DamagedImage(Files.readAllBytes(path));
    assertThat(image.check(false).messages()).isEmpty();
    RandomGenerator random = seed.random();
    int reported = 0;
    List<String> missed = new ArrayList<>();
    for (int round = 0; round < MUTATIONS; round++) {
      String what = mutate(image, random, round % 2 == 0);
      List<int[]> changed = image.changed();
      write(path, image, changed);
      DamagedImage.Said said = image.check(false);
      String theirs = reference(path);
      if (!theirs.isEmpty()) {
        reported++;
        if (said.problems().isEmpty()) {
          missed.add(what + ": " + theirs);
        }
      }
      image.undo();
      write(path, image, changed);
    }
    if (Boolean.getBoolean("verbose")) {
      System.out.println(options + ": " + reported + " reported, missed: " + missed);
    }
    assertThat(reported).isGreaterThan(MUTATIONS / 3);
    // Of few images one is more than a fiftieth.
    assertThat(missed).hasSizeLessThanOrEqualTo(Math.max(1, reported / 50));
  }

  /// Mostly fields of items, else any byte of the header.
  ///
  /// @return what was changed
  private static String mutate(DamagedImage image, RandomGenerator random, boolean sealed) {
    int index = random.nextInt(image.count());
    Fields block = image.block(index);
    int count = block.i32(0x60);
    boolean leaf = block.u8(0x64) == 0;
    int entry = leaf ? 25 : 33;
    int at = random.nextInt(32, DamagedImage.HEADER);
    String what = "header";
    if (count > 0 && random.nextInt(8) != 0) {
      int slot = DamagedImage.HEADER + random.nextInt(count) * entry;
      what = "key " + block.u64(slot) + " " + block.u8(slot + 8) + " " + block.u64(slot + 9);
      long size = leaf ? block.u32(slot + 21) : 0;
      at = slot + random.nextInt(entry);
      if (size > 0 && random.nextInt(4) != 0) {
        int within = (int) random.nextLong(size);
        what += " byte " + within + " of " + size;
        at = DamagedImage.HEADER + (int) block.u32(slot + 17) + within;
      }
    }
    int before = block.u8(at);
    int after =
        switch (random.nextInt(4)) {
          case 0 -> random.nextInt(256);
          case 1 -> before + 1;
          case 2 -> 0;
          default -> before ^ (1 << random.nextInt(8));
        };
    after = (after & 0xFF) == before ? before ^ 1 : after & 0xFF;
    image.change(index, at, after, sealed);
    return what
        + (" of " + block.u64(0x58) + " level " + block.u8(0x64) + " at " + at)
        + (": " + before + " -> " + after + (sealed ? " sealed" : ""));
  }

  private static void write(Path path, DamagedImage image, List<int[]> changed) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      for (int[] each : changed) {
        file.seek(each[0]);
        file.write(image.bytes(), each[0], each[1]);
      }
    }
  }

  /// What `btrfs check` complains of; empty when nothing.
  private String reference(Path path) throws IOException, InterruptedException {
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder("btrfs", "check", "--readonly", path.toString())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(log.toFile()))
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      return "";
    }
    if (process.exitValue() == 0) {
      return "";
    }
    return Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
        .filter(line -> !line.matches("^(\\[./7|Opening|Checking|UUID|total|found).*"))
        .limit(3)
        .toList()
        .toString();
  }
}
