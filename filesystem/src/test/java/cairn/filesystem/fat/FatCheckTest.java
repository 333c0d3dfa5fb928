package cairn.filesystem.fat;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.Content;
import cairn.filesystem.Contents;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.test.Agreement;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.Verdict;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FatCheckTest {
  private static final int DAMAGES = Integer.getInteger("damages", 100);

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

  /// A FAT16 with clusters of 512 bytes: `ONE` is 2, `FILE` 3 to 5, `ONE/a long name` 6 and 7. What
  /// is told when one number of its FATs, its root or of `ONE` is another one.
  @Test
  void whateverIsWrongIsNamed() throws Exception {
    byte[] image = small();
    FatBootSector boot = FatBootSector.read(Fields.littleEndian(image));
    int root = (int) boot.rootOffset();
    int one = (int) boot.offset(2);
    assertThat(verdict(image)).isEqualTo(new Verdict(List.of(), List.of()));
    assertLink(image, 3, 0xFFF0, "FAT 0@3: link, have 65520");
    assertLink(image, 3, 1, "FAT 0@3: link, have 1");
    assertLink(image, 3, 3, "file /FILE@" + (root + 32) + ": cluster, have 3 again");
    assertLink(image, 5, 6, "cluster, have 6 again");
    assertLink(image, 3, 0, "FAT 0@3: link, have free");
    assertLink(image, 4, 0xFFF7, "FAT 0@4: link, have bad");
    assertLink(image, 4, 0xFFFF, "FAT 0@5: clusters of no file, have 1 expect 0");
    assertLink(image, 4, 0xFFFF, "clusters, have 2 expect 3");
    assertLink(image, 0, 0xFFF0, "FAT 0@0: media, have 240 expect 248");
    assertLink(image, 1, 0xBFFF, "FAT 0@1: state, have errors");
    assertByte(image, (int) boot.fatOffset(1) + 9, 7, "FAT 1@0: copy, have another byte at 9");
    assertByte(image, 37, 2, "boot sector fat@0: state, have errors");
    assertByte(image, 43 + 3, 'X', "boot sector fat@0: label");
    assertByte(image, root + 28, 5, "directory /ONE@" + root + ": size, have 5 expect 0");
    assertByte(image, root + 26, 0, "directory /ONE@" + root + ": first cluster, have 0");
    assertByte(image, root, '.', "short name, have another character at 0");
    assertByte(image, root + 1, '*', "short name, have another character at 1");
    assertByte(image, root + 1, ' ', "short name, have another character at 2");
    assertByte(image, root + 32 + 29, 9, "clusters, have 3 expect");
    assertByte(image, root + 32 + 26, 0, "size without clusters");
    assertByte(image, root + 64 + 3, 'E', "short name, have FILE expect one of its own");
    assertByte(image, one + 96 + 11, 0x28, "label, have one expect in the root once");
    assertByte(image, one + 26, 3, "directory /ONE/.@" + one + ": first cluster, have 3 expect 2");
    assertByte(image, one + 32 + 26, 2, "directory /ONE/..@" + (one + 32) + ": first cluster");
    assertByte(image, one + 11, 0x20, "type, have a file expect a directory");
    assertByte(image, one + 32, 0xE5, "entries . and .., have 1 expect 2");
    assertByte(image, one + 64, 0x42, "long name, have 1 parts missing");
    assertByte(image, one + 64, 0x01, "part of a long name, have 1 expect the last part first");
    assertByte(image, one + 64, 0x60, "parts of a long name, have 32 expect 1..20");
    assertByte(image, one + 64 + 13, 0, "long name, have 0 parts missing, checksum 0");
    assertByte(image, one + 64 + 12, 1, "unused field of a long name");
    assertByte(image, one + 96, 0xE5, "long name, have no file expect one behind it");
    byte[] dirty = image.clone();
    dirty[37] = 1;
    assertThat(verdict(dirty).problems()).isEmpty();
    assertThat(verdict(dirty).unknown())
        .containsExactly("it was not unmounted, its last changes may be missing");
  }

  @Test
  void whatFat32HasBesideIsChecked() throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), 40 << 20);
    Command.run("mkfs.fat", "-F", "32", "-s", "1", path.toString());
    byte[] image = Files.readAllBytes(path);
    assertThat(verdict(image)).isEqualTo(new Verdict(List.of(), List.of()));
    assertByte(image, 512, 'x', "sector of hints fat@512: magic");
    assertByte(image, 512 + 484, 'x', "sector of hints fat@512: second magic");
    assertByte(image, 512 + 510, 0, "sector of hints fat@512: last magic");
    assertByte(image, 512 + 488, image[512 + 488] + 1, "sector of hints fat@512: free clusters");
    assertByte(image, 6 * 512 + 90, 1, "boot sector copy@3072: copy, have another byte at 90");
    assertByte(image, 44, 0, "directory /: first cluster, have 0");
    assertByte(image, 17, 16, "entries of the root directory");
    assertThat(verdict(patched(image, 512 + 488, -1, -1, -1, -1)).problems()).isEmpty();
    assertThat(verdict(patched(image, 42, 1)).unknown()).containsExactly("unknown version 1");
  }

  @Test
  void aBootSectorThatIsGoneIsMissedWhenItsCopyIsThere() throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), 40 << 20);
    Command.run("mkfs.fat", "-F", "32", "-s", "1", path.toString());
    byte[] image = Files.readAllBytes(path);
    Arrays.fill(image, 0, 512, (byte) 0);
    Content content = Contents.identify(MemoryVolume.of(image));
    assertThat(content.type()).isEqualTo("vfat");
    assertThat(Verdict.of(content.checkable().orElseThrow()).problems())
        .containsExactly("corrupt boot sector fat@0: magic, have none expect a boot sector");
    Arrays.fill(image, 6 * 512, 7 * 512, (byte) 0);
    assertThat(Contents.identify(MemoryVolume.of(image)).type()).isEqualTo("unknown");
  }

  private byte[] small() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), 16 << 20);
    Command.run("mkfs.fat", "-F", "16", "-s", "1", "-R", "1", "-f", "2", path.toString());
    Path file = Files.write(directory.resolve("FILE"), new byte[1_500]);
    Path other = Files.write(directory.resolve("a long name"), new byte[600]);
    Path empty = Files.write(directory.resolve("FILF"), new byte[0]);
    FatImage.mtools("mmd", path, "::ONE");
    FatImage.mtools("mcopy", path, file + " ::");
    FatImage.mtools("mcopy", path, "'" + other + "' ::ONE");
    FatImage.mtools("mcopy", path, empty + " ::");
    return Files.readAllBytes(path);
  }

  private static void assertLink(byte[] image, int cluster, int value, String problem)
      throws IOException, CorruptData {
    FatBootSector boot = FatBootSector.read(Fields.littleEndian(image));
    byte[] changed = image;
    for (int copy = 0; copy < 2; copy++) {
      int at = (int) boot.fatOffset(copy) + 2 * cluster;
      changed = patched(changed, at, value, value >>> 8);
    }
    assertThat(verdict(changed).problems()).anyMatch(each -> each.contains(problem));
  }

  private static void assertByte(byte[] image, int at, int value, String problem)
      throws IOException {
    assertThat(verdict(patched(image, at, value)).problems())
        .anyMatch(each -> each.contains(problem));
  }

  private static byte[] patched(byte[] image, int at, int... values) {
    byte[] changed = image.clone();
    for (int index = 0; index < values.length; index++) {
      changed[at + index] = (byte) values[index];
    }
    return changed;
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
