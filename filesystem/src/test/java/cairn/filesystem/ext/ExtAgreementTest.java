package cairn.filesystem.ext;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.MountPoint;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damages metadata, half of the time under right checksums, and asks e2fsck whether it is damage:
/// then the check must say so, too.
///
/// More images than a build wants: `-Dagreement=100` for each kind of file system, and
/// `-Dagreement.verbose=true` to be told the numbers, and where the check is stricter.
final class ExtAgreementTest {
  private static final int ROUNDS = Integer.getInteger("agreement", 4);
  private static final boolean VERBOSE = Boolean.getBoolean("agreement.verbose");
  private static final long BYTES = 24 << 20;

  /// What only a clock can tell: times of the superblock that lie in the future.
  private static final String FUTURE = "is in the future";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkfs.ext4 -q -b 1024 -N 1024",
        "mkfs.ext4 -q -b 4096 -N 1024 -O inline_data,ea_inode",
        "mkfs.ext4 -q -b 1024 -N 1024 -O bigalloc,orphan_file,metadata_csum_seed -C 4096",
        "mkfs.ext4 -q -b 1024 -N 1024 -I 128 -O ^metadata_csum,uninit_bg,^flex_bg",
        "mkfs.ext3 -q -b 1024 -N 1024",
        "mkfs.ext2 -q -b 2048 -N 1024"
      })
  void whatE2fsckCallsDamageIsFound(String command, Seed seed) throws IOException, CorruptData {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run((command + " " + path).split(" ", -1));
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      RichContent.fill(mount.directory(), 300, seed);
    }
    byte[] image = Files.readAllBytes(path);
    assertThat(Verdict.of(MemoryVolume.of(image))).matches(Verdict::isSound);
    Campaign campaign = new Campaign(path, image, places(image), new ExtSeals(image));
    campaign.run(seed.random());
    if (VERBOSE) {
      System.out.println(command + ": " + campaign.summary());
    }
    assertThat(campaign.missed).as(campaign.summary()).isEmpty();
  }

  /// Where a check reads: that is the metadata.
  private static List<long[]> places(byte[] image) throws IOException {
    List<long[]> places = new ArrayList<>();
    BlockReader volume = new WatchedVolume(MemoryVolume.of(image), places);
    assertThat(Verdict.of(volume).problems()).isEmpty();
    return places;
  }

  private static final class Campaign {
    private final Path path;
    private final byte[] image;
    private final List<long[]> places;
    private final ExtSeals seals;
    private final List<String> missed = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    private Campaign(Path path, byte[] image, List<long[]> places, ExtSeals seals) {
      this.path = path;
      this.image = image;
      this.places = places;
      this.seals = seals;
    }

    private void run(RandomGenerator random) throws IOException {
      for (int round = 0; round < ROUNDS; round++) {
        byte[] damaged = image.clone();
        boolean sealed = random.nextBoolean();
        List<String> changes = new ArrayList<>();
        for (int change = 0; change <= random.nextInt(3); change++) {
          int at = place(random);
          byte value = changed(image[at], random);
          changes.add(at + ": " + image[at] + " to " + value);
          damaged[at] = value;
          if (sealed) {
            seals.renew(damaged, at);
          }
        }
        judge(damaged, (sealed ? "sealed " : "") + changes);
      }
    }

    private void judge(byte[] damaged, String changes) throws IOException {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(damaged), 0);
      }
      String reference = e2fsck(path);
      Verdict verdict = Verdict.of(MemoryVolume.of(damaged));
      boolean found = !verdict.problems().isEmpty();
      boolean said = found || !verdict.unknown().isEmpty();
      counts.merge(
          (reference.isEmpty() ? "sound" : "damaged") + (said ? ", said" : ""), 1, Integer::sum);
      if (!reference.isEmpty() && !said && !reference.contains(FUTURE)) {
        missed.add(changes + "\n" + reference);
      }
      if (VERBOSE && reference.isEmpty() && said) {
        System.out.println("stricter: " + changes + " " + verdict.problems());
      }
    }

    private int place(RandomGenerator random) {
      for (int attempt = 0; ; attempt++) {
        long[] place = places.get(random.nextInt(places.size()));
        int at = (int) (place[0] + random.nextLong(place[1]));
        boolean lively = image[at] != 0 || near(at) || attempt > 100;
        if (lively) {
          return at;
        }
      }
    }

    /// Whether something stands close by, so that this is hardly a free inode.
    private boolean near(int at) {
      int from = at & -64;
      for (int index = from; index < from + 64; index++) {
        if (image[index] != 0) {
          return true;
        }
      }
      return false;
    }

    private static byte changed(byte old, RandomGenerator random) {
      byte value =
          switch (random.nextInt(4)) {
            case 0 -> (byte) 0xFF;
            case 1 -> 0;
            case 2 -> (byte) random.nextInt();
            default -> (byte) (old ^ 1 << random.nextInt(8));
          };
      return value == old ? (byte) (old ^ 1) : value;
    }

    private String summary() {
      return counts + ", missed " + missed.size() + "\n" + String.join("\n", missed);
    }
  }

  /// What e2fsck says when it finds damage, else nothing.
  static String e2fsck(Path path) throws IOException {
    Process process =
        new ProcessBuilder("timeout", "60", "e2fsck", "-fn", path.toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    try {
      return process.waitFor() == 0 ? "" : output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Test
  void badBlocksThatCallThemselvesADirectoryAreAProblem() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Path list = Files.writeString(directory.resolve("list"), "9000\n");
    Command.run("mkfs.ext2", "-q", "-b", "1024", "-l", list.toString(), path.toString());
    Command.run("debugfs", "-w", "-R", "set_inode_field <1> mode 040755", path.toString());
    byte[] image = Files.readAllBytes(path);
    assertThat(Verdict.of(MemoryVolume.of(image)).problems()).isNotEmpty();
  }

  @Test
  void theReferenceFindsDamage(Seed seed) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.ext2", "-q", path.toString());
    assertThat(e2fsck(path)).isEmpty();
    Command.run("debugfs", "-w", "-R", "set_inode_field <2> links_count 9", path.toString());
    assertThat(e2fsck(path)).contains("Inode 2 ref count is 9");
  }
}
