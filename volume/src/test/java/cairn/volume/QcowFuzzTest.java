package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.linux.test.Command;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images with bytes of their tables and headers changed at random: what is read is what QEMU reads
/// in them too, or there is a sentence; and it takes no time and no memory.
final class QcowFuzzTest {
  private static final int SIZE = 1 << 20;

  /// `-Dmutations=2000` for the long run.
  private static final int MUTATIONS = Integer.getInteger("mutations", 25);

  @TempDir private Path folder;

  @Test
  void damageIsToldOrDoesNoHarm(Seed seed) throws IOException {
    int read = 0;
    for (String options :
        List.of(
            "cluster_size=4k",
            "cluster_size=512,compat=v2",
            "cluster_size=16k,extended_l2=on",
            "cluster_size=4k,compression_type=zstd")) {
      byte[] good = image(options, seed);
      RandomGenerator random = seed.split(options.hashCode()).random();
      for (int i = 0; i < MUTATIONS; i++) {
        byte[] bad = mutate(good, random);
        Path image = Files.write(folder.resolve("bad.qcow2"), bad);
        Optional<byte[]> ours = assertTimeout(Duration.ofSeconds(10), () -> read(image));
        if (ours.isPresent()) {
          read++;
          assertAsQemu(image, ours.get(), options + " " + i);
        }
      }
    }
    assertThat(read).as("images that could be read all the same").isGreaterThan(MUTATIONS / 4);
  }

  private byte[] image(String options, Seed seed) throws IOException {
    byte[] bytes = new byte[SIZE];
    System.arraycopy(seed.bytes(200_000), 0, bytes, 100_000, 200_000);
    Arrays.fill(bytes, 150_000, 250_000, (byte) 1);
    Path raw = Files.write(folder.resolve("good.raw"), bytes);
    Path image = folder.resolve("good.qcow2");
    Command.run(
        "qemu-img",
        "convert",
        "-c",
        "-f",
        "raw",
        "-O",
        "qcow2",
        "-o",
        options,
        raw.toString(),
        image.toString());
    Command.run(
        "qemu-io", "-c", "write -P 3 500k 40k", "-c", "write -z 700k 16k", image.toString());
    return Files.readAllBytes(image);
  }

  /// A few bytes of what leads to clusters: the clusters themselves are noise and ones.
  private static byte[] mutate(byte[] good, RandomGenerator random) {
    byte[] bad = random.nextInt(10) == 0 ? cut(good, random) : good.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = place(bad, random);
      if (at < bad.length) {
        bad[at] =
            random.nextBoolean()
                ? (byte) random.nextInt()
                : (byte) (bad[at] ^ (1 << random.nextInt(8)));
      }
    }
    return bad;
  }

  private static byte[] cut(byte[] good, RandomGenerator random) {
    return Arrays.copyOf(good, random.nextInt(good.length));
  }

  private static int place(byte[] bytes, RandomGenerator random) {
    if (random.nextInt(3) == 0 || bytes.length < 2048) {
      return random.nextInt(160);
    }
    // An entry of a table is 8 bytes of which the first two are small and some of the others not.
    for (int attempt = 0; attempt < 2000; attempt++) {
      int at = random.nextInt(bytes.length / 8) * 8;
      int top = bytes[at] & 0xFF;
      boolean entry = (top == 0x80 || top == 0 || (top & 0xC0) == 0x40) && bytes[at + 1] == 0;
      if (entry && bytes[at + 5] != 0) {
        return at + random.nextInt(8);
      }
    }
    return random.nextInt(bytes.length);
  }

  /// Empty when there was a sentence in place of bytes.
  private static Optional<byte[]> read(Path image) {
    try (Volume volume = Volumes.open(image.toString(), "read", ImageFormat.QCOW2)) {
      byte[] bytes = new byte[(int) Math.min(volume.size(), 2 * SIZE)];
      volume.read(0, bytes, 0, bytes.length);
      volume.extents(0, bytes.length);
      return Optional.of(bytes);
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
      assertThat(e)
          .satisfiesAnyOf(
              each -> assertThat(each).hasRootCauseInstanceOf(CorruptData.class),
              each -> assertThat(each).isInstanceOf(EOFException.class),
              each ->
                  assertThat(each)
                      .hasMessageMatching("(?s).*(is encrypted|understood|refers to).*"));
      return Optional.empty();
    }
  }

  private void assertAsQemu(Path image, byte[] ours, String what) throws IOException {
    Path raw = folder.resolve("theirs.raw");
    try {
      // All in one, because a mutation may have made the disk too large for a file.
      Command.run(
          "timeout",
          "20",
          "qemu-img",
          "dd",
          "-f",
          "qcow2",
          "-O",
          "raw",
          "bs=1M",
          "count=2",
          "if=" + image,
          "of=" + raw);
    } catch (IOException e) {
      return;
    }
    byte[] theirs = Files.readAllBytes(raw);
    int common = Math.min(theirs.length, ours.length);
    assertThat(Arrays.mismatch(ours, 0, common, theirs, 0, common)).as(what).isEqualTo(-1);
  }
}
