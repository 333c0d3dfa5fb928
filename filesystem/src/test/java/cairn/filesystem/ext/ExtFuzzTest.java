package cairn.filesystem.ext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.MountPoint;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever metadata says, the check ends, reading files ends, and nothing but problems and errors
/// comes of it. More rounds than a build wants: `-Ddamages=100000`.
final class ExtFuzzTest {
  private static final int ROUNDS = Integer.getInteger("damages", 60);
  private static final long BYTES = 16 << 20;
  private static final Duration LONGEST = Duration.ofSeconds(30);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkfs.ext4 -q -b 1024 -N 256 -O inline_data,ea_inode,orphan_file -J size=1",
        "mkfs.ext4 -q -b 2048 -N 256 -O ^metadata_csum,^has_journal,bigalloc -C 8192",
        "mkfs.ext3 -q -b 1024 -N 256 -J size=1"
      })
  void nothingMakesItCrashOrHang(String command, Seed seed) throws IOException, CorruptData {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run((command + " " + path).split(" ", -1));
    byte[] image;
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      RichContent.fill(mount.directory(), 60, seed);
      Command.run("sync", "-f", mount.directory().toString());
      image = Files.readAllBytes(path);
    }
    List<long[]> places = new ArrayList<>();
    Verdict.of(new WatchedVolume(MemoryVolume.of(image), places));
    ExtSeals seals = new ExtSeals(image);
    RandomGenerator random = seed.random();
    int found = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] damaged = image.clone();
      List<String> changes = new ArrayList<>();
      int most = 1 + random.nextInt(20);
      for (int change = 0; change < most; change++) {
        changes.add(change(damaged, places, seals, random));
      }
      List<Verdict> verdicts = new ArrayList<>();
      assertThatNoException()
          .as("changes %s", changes)
          .isThrownBy(() ->
              verdicts.add(
                  Assertions.assertTimeoutPreemptively(LONGEST, () -> everything(damaged))));
      found += verdicts.getFirst().problems().isEmpty() ? 0 : 1;
    }
    assertThat(found).isGreaterThan(ROUNDS / 2);
  }

  private static String change(
      byte[] image, List<long[]> places, ExtSeals seals, RandomGenerator random) {
    long[] place = places.get(random.nextInt(places.size()));
    int at = (int) (place[0] + random.nextLong(place[1]));
    int width = 1 << random.nextInt(3);
    byte value = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(3) - 1);
    for (int index = at & -width; index < (at & -width) + width; index++) {
      image[index] = index == at || random.nextInt(4) == 0 ? value : image[index];
    }
    if (random.nextInt(4) != 0) {
      seals.renew(image, at);
    }
    return at + "=" + value;
  }

  private static Verdict everything(byte[] image) throws IOException {
    MemoryVolume volume = MemoryVolume.of(image);
    Verdict verdict = Verdict.of(volume);
    try {
      walk(ExtFileSystem.open(volume).root(), new HashSet<>());
    } catch (CorruptData | Unreadable e) {
      assertThat(e).hasMessageNotContaining("null");
    }
    return verdict;
  }

  private static void walk(FileNode node, Set<FileNode.Id> seen) throws IOException {
    try {
      node.extendedAttributes();
      switch (node.attributes().type()) {
        case DIRECTORY -> {
          if (seen.add(node.id())) {
            node.visit((name, child) -> walk(child, seen));
            node.child(FileName.of("a name of some length that takes space, 3"));
          }
        }
        case REGULAR -> read(node.content(), node.attributes());
        case SYMBOLIC_LINK -> node.target();
        default -> {}
      }
    } catch (CorruptData | Unreadable e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (IOException e) {
      assertThat(e).hasCauseInstanceOf(CorruptData.class);
    }
  }

  private static void read(BlockReader content, Attributes attributes) throws IOException {
    assertThat(content.size()).isEqualTo(attributes.size());
    byte[] bytes = new byte[(int) Math.min(content.size(), 100_000)];
    content.read(0, bytes, 0, bytes.length);
    content.read(content.size() - bytes.length, bytes, 0, bytes.length);
    content.extents(0, Math.min(content.size(), 1 << 24));
  }
}
