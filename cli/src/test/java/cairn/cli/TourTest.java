package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.linux.test.LoopDevice;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The main job, from end to end.
class TourTest {
  @TempDir Path folder;
  private Path repository;
  private Path image;
  private Desk desk;

  @BeforeEach
  void prepare(Seed seed) throws IOException {
    repository = folder.resolve("repository");
    image = Images.make(folder.resolve("disk.img"), seed);
    desk = Desk.withRepository(repository);
  }

  @Test
  void whatWasBackedUpComesBackBitForBit(Seed seed) throws IOException {
    desk.run("init").expect(0);
    desk.run("backup", image).expect(0);
    Path before = Files.copy(image, folder.resolve("before.img"));
    Images.write(image, 5 * Images.BLOCK - 10, seed.split(1).bytes(20));
    desk.run("backup", image, "--tag", "changed").expect(0);

    List<String> lines = desk.run("snapshots").expect(0).out().lines().toList();
    assertThat(lines).hasSize(3);
    String first = lines.get(1).substring(0, 8);
    assertThat(lines.get(2)).contains("changed", "disk.img");

    Path copy = folder.resolve("copy.img");
    desk.run("restore", "latest", copy, "--verify").expect(0);
    assertThat(copy).hasSameBinaryContentAs(image);
    desk.run("restore", first, copy, "--force").expect(0);
    assertThat(copy).hasSameBinaryContentAs(before);
    desk.run("check", "--read-data").expect(0);
  }

  @Test
  void anIncrementCostsWhatChanged() throws IOException {
    desk.run("init").expect(0);
    JsonObject full = desk.run("backup", image, "--json").expect(0).json();
    assertThat(full.get("blocksNew").getAsLong()).isEqualTo(20);
    Images.write(image, 7 * Images.BLOCK, new byte[] {1, 2, 3});
    JsonObject increment = desk.run("backup", image, "--json").expect(0).json();
    assertThat(increment.get("blocksNew").getAsLong()).isEqualTo(1);
    assertThat(increment.get("parent")).isEqualTo(full.get("snapshot"));
    assertThat(increment.get("bytesAdded").getAsLong()).isLessThan(Images.BLOCK / 4);
  }

  @Test
  void packsHaveTheParityThatWasAskedForAndACheckReadsIt() throws IOException {
    JsonObject made = desk.run("init", "--parity", "20", "--json").expect(0).json();
    assertThat(made.get("parity").getAsInt()).isEqualTo(20);
    desk.run("backup", image).expect(0);
    Path pack = largestPack();
    Images.flip(pack, Files.size(pack) * 9 / 10);
    desk.run("check").expect(0);
    Desk.Result check = desk.run("check", "--read-data").expect(4);
    assertThat(check.out() + check.err())
        .contains("corrupt parity " + pack.getFileName())
        .doesNotContain("affected snapshot");
    desk.run("restore", "latest", folder.resolve("copy.img"), "--verify").expect(0);
    assertThat(folder.resolve("copy.img")).hasSameBinaryContentAs(image);
  }

  @Test
  void diffNamesTheRangesThatDiffer() throws IOException {
    desk.run("init").expect(0);
    desk.run("backup", image).expect(0);
    Images.flip(image, 3 * Images.BLOCK - 1, 2);
    desk.run("backup", image, "--name", "other").expect(0);
    String group = desk.run("show", "latest:other", "--json").json().get("group").getAsString();
    assertThat(group).isEqualTo("other");

    String older = oldest();
    String ranges = desk.run("diff", older, "latest").expect(0).out();
    long offset = 2L * Images.BLOCK;
    assertThat(ranges).contains(" " + offset + "  " + 2 * Images.BLOCK).contains("256.0 KiB");
    assertThat(desk.run("diff", older, older).expect(0).out()).startsWith("0 B differ");
  }

  @Test
  void forgottenSnapshotsAreGoneAndTheOthersStay() throws IOException {
    desk.run("init").expect(0);
    desk.run("backup", image).expect(0);
    desk.run("backup", image).expect(0);
    String older = oldest();
    desk.run("forget", "latest", "0000").expectSentence(1, "no snapshot '0000'");
    assertThat(ids()).as("all or none").hasSize(2);
    desk.run("forget", "latest").expect(0);
    assertThat(ids()).containsExactly(older);
    desk.run("restore", older, folder.resolve("copy.img")).expect(0);
    assertThat(folder.resolve("copy.img")).hasSameBinaryContentAs(image);
  }

  @Test
  void theFirstBackupMakesTheDefaultRepositoryAndSaysSo() throws IOException {
    Desk fresh = new Desk().set("HOME", folder.toString());
    Desk.Result first = fresh.run("backup", image).expect(0);
    Path made = folder.resolve(".local/share/cairn");
    assertThat(first.err()).isEqualTo("cairn: made the default repository in %s%n".formatted(made));
    assertThat(made.resolve("config")).exists();
    assertThat(fresh.run("backup", image).expect(0).err()).isEmpty();
  }

  @Test
  void devicesAreBackedUpAndRestored(Seed seed) throws IOException {
    Path backing = folder.resolve("backing");
    Files.write(backing, seed.bytes(3 << 20));
    Path target = folder.resolve("target");
    Files.write(target, seed.split(1).bytes(4 << 20));
    desk.run("init", "--block-size", "16K").expect(0);
    try (LoopDevice device = LoopDevice.over(backing, "--read-only");
        LoopDevice other = LoopDevice.over(target)) {
      desk.run("backup", device, "--name", "disk").expect(0);
      desk.run("restore", "latest:disk", other, "--verify").expect(0);
    }
    byte[] written = Files.readAllBytes(target);
    assertThat(written).startsWith(Files.readAllBytes(backing));
    assertThat(written).endsWith(lastMebibyte(seed));
  }

  /// As a VM does: it opens its disk without a claim, and nothing is mounted.
  @Test
  void aDeviceThatIsWrittenToWithoutAClaimIsWarnedOf() throws Exception {
    Path backing = Files.write(folder.resolve("backing"), new byte[4 << 20]);
    desk.run("init").expect(0);
    try (LoopDevice device = LoopDevice.over(backing);
        RandomAccessFile disk = new RandomAccessFile(device.path().toFile(), "rw")) {
      assertThat(desk.run("backup", device).expect(0).err()).doesNotContain("written to");
      Thread writer = Thread.ofPlatform().start(() -> writeAgainAndAgain(disk));
      try {
        assertThat(desk.run("backup", device).expect(3).err())
            .contains(
                device + " was written to while it was read, by a program that does not claim");
      } finally {
        writer.interrupt();
        writer.join();
      }
    }
  }

  private static void writeAgainAndAgain(RandomAccessFile disk) {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        disk.seek(0);
        disk.write(1);
        disk.getFD().sync();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static byte[] lastMebibyte(Seed seed) {
    byte[] all = seed.split(1).bytes(4 << 20);
    return java.util.Arrays.copyOfRange(all, 3 << 20, 4 << 20);
  }

  @Test
  void severalVolumesMakeOneSnapshot(Seed seed) throws IOException {
    Path other = Images.make(Files.createDirectory(folder.resolve("b")).resolve("b.img"), seed);
    Path namesake = Images.make(folder.resolve("b").resolve("disk.img"), seed.split(1));
    desk.run("init").expect(0);
    desk.run("backup", image, other, "--name", "vm").expect(0);
    Path copy = folder.resolve("copy.img");
    desk.run("restore", "latest", copy).expectSentence(2, "--volume", "disk.img, b.img");
    desk.run("restore", "latest", copy, "--volume", "c").expectSentence(2, "no volume 'c'");
    desk.run("restore", "latest", copy, "--volume", "b.img").expect(0);
    assertThat(copy).hasSameBinaryContentAs(other);

    JsonObject twins = desk.run("backup", image, namesake, "--json").expect(0).json();
    assertThat(twins.get("group").getAsString()).endsWith(":" + image + "+" + namesake);
    assertThat(twins.getAsJsonArray("volumes").get(1).getAsJsonObject().get("name").getAsString())
        .isEqualTo(namesake.toString());
  }

  @Test
  void damageIsNamedTheRestIsRestoredAndTheExitCodeIs4() throws IOException {
    desk.run("init").expect(0);
    desk.run("backup", image).expect(0);
    Images.flip(largestPack(), 10 * Images.BLOCK);

    Desk.Result check = desk.run("check", "--read-data").expect(4);
    assertThat(check.out()).contains("corrupt ", "affected snapshot").contains("problems found");
    Path copy = folder.resolve("copy.img");
    Desk.Result restore = desk.run("restore", "latest", copy).expect(4);
    assertThat(restore.out())
        .contains("corrupt ", "volume disk.img, bytes ")
        .contains("NOT restored: 128.0 KiB", "The rest was restored");
    long lost = Files.mismatch(copy, image);
    assertThat(restore.out()).contains("bytes " + lost / Images.BLOCK * Images.BLOCK + "+131072");
    Images.write(copy, lost, slice(image, lost, Images.BLOCK - lost % Images.BLOCK));
    assertThat(copy).as("all but the block named").hasSameBinaryContentAs(image);
  }

  @Test
  void damageIsRepairedByParity() throws IOException {
    desk.run("init").expect(0);
    desk.run("backup", image).expect(0);
    Path pack = largestPack();
    byte[] good = Files.readAllBytes(pack);
    Images.flip(pack, 10 * Images.BLOCK);
    Desk.Result repair = desk.run("check", "--repair").expect(3);
    assertThat(repair.out())
        .contains("repaired pack " + pack.getFileName() + ": 1 piece came back", "No problems");
    assertThat(repair.err()).contains("there was damage").contains("quarantine");
    assertThat(pack).hasBinaryContent(good);
    assertThat(repository.resolve("quarantine/packs/" + pack.getFileName())).isNotEmptyDirectory();
    desk.run("check", "--repair").expect(0);
    desk.run("restore", "latest", folder.resolve("copy.img"), "--verify").expect(0);
  }

  @Test
  void whatIsLostIsNamedAndTheNextBackupHealsIt() throws IOException {
    desk.run("init", "--parity", 0).expect(0);
    desk.run("backup", image).expect(0);
    Path pack = largestPack();
    Images.flip(pack, 10 * Images.BLOCK);
    JsonObject repair = desk.run("check", "--repair", "--json").expect(4).json();
    assertThat(repair.get("ok").getAsBoolean()).isFalse();
    assertThat(repair.get("chunksLost").getAsInt()).isEqualTo(1);
    assertThat(repair.getAsJsonArray("repairedPacks")).isEmpty();
    assertThat(repair.getAsJsonArray("quarantinedPacks").get(0).getAsString())
        .isEqualTo(pack.getFileName().toString());
    assertThat(pack).doesNotExist();
    assertThat(desk.run("check").expect(4).out()).contains("affected snapshot");
    assertThat(desk.run("backup", image).expect(0).out())
        .contains("healed  1 block that the repository had lost");
    desk.run("check", "--read-data").expect(0);
    desk.run("restore", oldest(), folder.resolve("copy.img"), "--verify").expect(0);
    assertThat(folder.resolve("copy.img")).hasSameBinaryContentAs(image);
  }

  @Test
  void aLostIndexIsMadeAnew() throws IOException {
    desk.run("init").expect(0);
    desk.run("backup", image).expect(0);
    try (Stream<Path> segments = Files.list(repository.resolve("index"))) {
      for (Path segment : segments.toList()) {
        Images.flip(segment, Files.size(segment) - 10);
      }
    }
    desk.run("check").expect(4);
    desk.run("rebuild-index").expect(0);
    Path copy = folder.resolve("copy.img");
    desk.run("restore", "latest", copy);
    assertThat(copy).hasSameBinaryContentAs(image);
  }

  @Test
  void statsCountWhatIsThere() throws IOException {
    desk.run("init").expect(0);
    desk.run("backup", image).expect(0);
    desk.run("backup", image).expect(0);
    JsonObject stats = desk.run("stats", "--json").expect(0).json();
    assertThat(stats.get("snapshots").getAsLong()).isEqualTo(2);
    assertThat(stats.get("volumesBytes").getAsLong()).isEqualTo(2 * Files.size(image));
    assertThat(stats.get("uniqueChunks").getAsLong()).isEqualTo(20);
    assertThat(desk.run("stats").expect(0).out()).contains("20 chunks");
  }

  @Test
  void sparseIsAChoice() throws IOException {
    desk.run("init").expect(0);
    desk.run("backup", image).expect(0);
    Path sparse = folder.resolve("sparse.img");
    Path full = folder.resolve("full.img");
    desk.run("restore", "latest", sparse).expect(0);
    desk.run("restore", "latest", full, "--no-sparse").expect(0);
    assertThat(blocks(sparse)).isLessThan(blocks(full));
    assertThat(full).hasSameBinaryContentAs(image);
  }

  private static long blocks(Path file) throws IOException {
    return Long.parseLong(cairn.linux.test.Command.run("stat", "--format=%b", file.toString()));
  }

  private static byte[] slice(Path file, long offset, long length) throws IOException {
    byte[] all = Files.readAllBytes(file);
    return java.util.Arrays.copyOfRange(all, (int) offset, (int) (offset + length));
  }

  private Path largestPack() throws IOException {
    try (Stream<Path> packs = Files.walk(repository.resolve("packs"))) {
      return packs
          .filter(Files::isRegularFile)
          .max(Comparator.comparingLong(pack -> pack.toFile().length()))
          .orElseThrow();
    }
  }

  private String oldest() {
    return ids().getFirst();
  }

  private List<String> ids() {
    return desk
        .run("snapshots", "--json")
        .expect(0)
        .json()
        .getAsJsonArray("snapshots")
        .asList()
        .stream()
        .map(each -> each.getAsJsonObject().get("snapshot").getAsString())
        .toList();
  }
}
