package cairn.filesystem.fat;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.filesystem.test.Damage;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.FilledImage.Told;
import cairn.filesystem.test.Proof;
import cairn.filesystem.test.Workload;
import cairn.filesystem.used.Moment;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FatFileSystemTest {
  private static final String CHECK = "fsck.fat -n";

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "mkfs.fat -F 12 -s 16, 24",
    "mkfs.fat -F 16, 64",
    "mkfs.fat -F 16 -f 1 -s 32, 200",
    "mkfs.fat -F 32 -s 1, 64",
    "mkfs.fat -F 32 -s 8 -f 2, 300",
    "mkfs.fat -F 32 -S 4096, 300"
  })
  void nothingIsCalledFreeThatIsNot(String command, long mebibytes, Seed seed) throws IOException {
    Path path = make(mebibytes << 20, command, seed);
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    assertThat(told.ranges().parts().getFirst().reason()).isEmpty();
    assertThat(told.bytes()).isLessThan((mebibytes << 20) * 9 / 10);
    Map<String, Long> files = files(path);
    Path copy = FilledImage.poisoned(path, told);
    Proof.check(CHECK, copy);
    assertThat(files(copy)).isEqualTo(files).hasSizeGreaterThan(100);
  }

  @Test
  void whatIsMountedIsTakenUnlessTheCallerKnowsBetter() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), 64 << 20);
    Command.run("mkfs.fat", "-F", "32", "-s", "1", "-n", "STICK", path.toString());
    patch(path, 65, 1);
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    assertThat(told.ranges().parts().getFirst().reason().orElseThrow())
        .contains("was not unmounted");
    assertThat(told.bytes()).isEqualTo(64 << 20);
    assertThat(told.ranges().content().label()).contains("STICK");
    String uuid = Command.run("blkid", "-p", "-o", "value", "-s", "UUID", path.toString());
    assertThat(told.ranges().content().uuid()).contains(uuid);
    Told live = FilledImage.told(path, (offset, length) -> Moment.LIVE);
    assertThat(live.bytes()).isLessThan(4 << 20);
  }

  @Test
  void recordedErrorsTakeEverything() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), 64 << 20);
    Command.run("mkfs.fat", "-F", "32", "-s", "1", "-R", "32", "-f", "1", path.toString());
    patch(path, 32 * 512 + 7, 0x0B);
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    assertThat(told.ranges().parts().getFirst().reason())
        .contains("errors were recorded in it: run fsck.fat");
  }

  @Test
  void fatsThatDifferTakeEverything(Seed seed) throws IOException {
    Path path = make(16 << 20, "mkfs.fat -F 16 -s 4 -R 4", seed);
    byte[] image = Files.readAllBytes(path);
    patch(path, 4 * 512 + 100, image[4 * 512 + 100] + 1);
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    assertThat(told.ranges().parts().getFirst().reason().orElseThrow())
        .startsWith("corrupt FAT 1@0: copy");
    assertThat(told.bytes()).isEqualTo(16 << 20);
  }

  @ParameterizedTest
  @CsvSource({"12 -s 16, 16", "16 -s 4, 16", "32 -s 1, 40"})
  void damageEndsNothing(String bits, long mebibytes, Seed seed) throws IOException {
    Path path = make(mebibytes << 20, "mkfs.fat -F " + bits, seed);
    Damage.survived(path, List.of(0L, 96L, 0L, 512L, 512L, 64L << 10), false, seed);
  }

  /// Not every kernel mounts a FAT; mtools write into the image itself. What is copied last fills
  /// the holes of what was removed.
  private Path make(long bytes, String command, Seed seed) throws IOException {
    Path path = directory.resolve("image");
    Files.deleteIfExists(path);
    FilledImage.sparse(path, bytes);
    Proof.check(command, path);
    Path files = Files.createTempDirectory(directory, "files");
    Workload.run(files, bytes / 4, seed);
    mtools("mmd", path, "::one");
    mtools("mcopy -s", path, files + "/* ::one");
    mtools("mmd", path, "::two");
    mtools("mcopy -s", path, files + "/* ::two");
    mtools("mdeltree", path, "::one");
    mtools("mmd", path, "::three");
    mtools("mcopy -s", path, files + "/folder-1* ::three");
    return path;
  }

  private Map<String, Long> files(Path path) throws IOException {
    Path files = Files.createTempDirectory(directory, "out");
    mtools("mcopy -s", path, "::two ::three " + files);
    return Workload.checksums(files);
  }

  private static void mtools(String command, Path image, String arguments) throws IOException {
    Command.run("sh", "-c", command + " -i " + image + " " + arguments);
  }

  private static void patch(Path path, long at, int value) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(at);
      file.write(value);
    }
  }
}
