package cairn.filesystem.fat;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.test.Agreement;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FatCheckTest {
  private static final int DAMAGES = Integer.getInteger("cairn.damages", 100);

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "mkfs.fat -F 12 -s 4 -n LABEL, 8",
    "mkfs.fat -F 12 -s 8 -r 1024, 8",
    "mkfs.fat -F 16 -s 2 -f 1, 16",
    "mkfs.fat -F 16 -s 1 -R 8, 20",
    "mkfs.fat -F 32 -s 1 -n LABEL, 40",
    "mkfs.fat -F 32 -s 1 -f 1 -b 2, 40"
  })
  void aSoundOneHasNothing(String command, long mebibytes, Seed seed)
      throws IOException, CorruptData {
    FatImage image = FatImage.make(directory, command, mebibytes << 20, seed);
    byte[] bytes = Files.readAllBytes(image.path());
    Verdict verdict = Verdict.of(FatFileSystem.open(MemoryVolume.of(bytes)));
    assertThat(verdict).isEqualTo(new Verdict(List.of(), List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "mkfs.fat -F 12 -s 4 -n LABEL, 8",
    "mkfs.fat -F 16 -s 2 -R 2, 16",
    "mkfs.fat -F 32 -s 1 -n LABEL, 40"
  })
  void whatTheToolFindsIsFound(String command, long mebibytes, Seed seed) throws Exception {
    FatImage image = FatImage.make(directory, command, mebibytes << 20, seed);
    byte[] bytes = Files.readAllBytes(image.path());
    assertThat(complaints(image.path())).isEmpty();
    FatDamage damage = new FatDamage(bytes);
    Agreement agreement = new Agreement("fat" + damage.bits());
    int rounds = Agreement.images(9);
    for (int round = 0; round < rounds; round++) {
      byte[] damaged = bytes.clone();
      String what = damage.apply(damaged, seed.split(round).random());
      Files.write(image.path(), damaged);
      String tool = complaints(image.path());
      Verdict verdict = verdict(damaged);
      agreement.add(!tool.isEmpty(), verdict.saysAnything(), what + "\n" + tool + "\n" + verdict);
    }
    agreement.check();
  }

  /// What `fsck.fat` prints beside its version and its summary.
  private static String complaints(Path path) throws Exception {
    Process process =
        new ProcessBuilder("timeout", "20", "fsck.fat", "-n", path.toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    boolean failed = process.waitFor() != 0;
    String said =
        output
            .lines()
            .filter(line -> !line.startsWith("fsck.fat ") && !line.startsWith(path.toString()))
            .collect(Collectors.joining("\n"));
    return failed && said.isEmpty() ? "failed" : said;
  }

  private static Verdict verdict(byte[] image) throws IOException {
    try {
      return Verdict.of(FatFileSystem.open(MemoryVolume.of(image)));
    } catch (CorruptData e) {
      return new Verdict(List.of(e.problem().message()), List.of());
    }
  }

  @ParameterizedTest
  @CsvSource({"12 -s 4, 8", "16 -s 2, 16", "32 -s 1, 40"})
  void damageEndsNeitherCheckNorReader(String bits, long mebibytes, Seed seed) throws Exception {
    FatImage image = FatImage.make(directory, "mkfs.fat -F " + bits, mebibytes << 20, seed);
    byte[] bytes = Files.readAllBytes(image.path());
    FatDamage damage = new FatDamage(bytes);
    byte[] damaged = bytes.clone();
    for (int round = 0; round < DAMAGES; round++) {
      RandomGenerator random = seed.split(round).random();
      List<int[]> undo = damage.applyAndLog(damaged, random, 1 + random.nextInt(4));
      verdict(damaged);
      try {
        read(FatFileSystem.open(MemoryVolume.of(damaged)).root(), 0);
      } catch (CorruptData | Unreadable e) {
        assertThat(e.getMessage()).matches("(corrupt|unknown version) .*");
      }
      for (int[] each : undo) {
        damaged[each[0]] = bytes[each[0]];
      }
    }
  }

  private static void read(FileNode node, int depth) throws IOException, CorruptData, Unreadable {
    node.visit((name, child) -> {
      if (child.attributes().type() == Attributes.Type.DIRECTORY) {
        if (depth < 50) {
          read(child, depth + 1);
        }
      } else {
        long size = child.content().size();
        child
            .content()
            .read(size - Math.min(size, 100), new byte[100], 0, (int) Math.min(size, 100));
      }
    });
  }
}
