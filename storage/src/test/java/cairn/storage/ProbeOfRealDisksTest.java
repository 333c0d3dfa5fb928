package cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.storage.ProbeResult.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Real directories that the probe passes or refuses. Needs root and loop devices.
final class ProbeOfRealDisksTest extends ProbeCase {
  @Test
  void anExt4WithoutAccessTimesPasses() throws IOException {
    try (Disk disk = Disk.ext4(16)) {
      disk.remount("noatime,nodiratime");
      DirectoryStorage.create(disk.path(), new SecureRandom());
      assertAllPass(probe(disk.path()));
    }
  }

  /// Small inodes have room for whole seconds only.
  @Test
  void anExt4WithTimesInWholeSecondsPasses() throws IOException {
    try (Disk disk = Disk.ext4(16, "-I", "128")) {
      DirectoryStorage.create(disk.path(), new SecureRandom());
      assertAllPass(probe(disk.path()));
    }
  }

  @Test
  void rootMayProbeTheStoreOfAnother() throws IOException {
    DirectoryStorage storage = store(new DirectoryOps());
    for (String name : List.of("", ".tmp", ".lock")) {
      new DirectoryOps().setOwner(folder.resolve("store").resolve(name), NOBODY);
    }

    assertAllPass(probe(storage, OPTIONS));
    assertNothingLeft();
  }

  @Test
  void readOnly() throws IOException {
    store(new DirectoryOps());
    try (Disk disk = Disk.readOnly(folder.resolve("store"))) {
      List<ProbeResult> results = probe(disk.path());

      assertThat(results).hasSize(1);
      assertThat(results.getFirst().message())
          .isEqualTo(
              "writable failed: cannot use files in "
                  + disk.path()
                  + ": the file system is mounted read-only: mount it writable; needed for"
                  + " everything but reading: mount it writable, or run as the owner of the store");
    }
  }

  @Test
  void ownerOfWhatIsThereAlready() throws IOException {
    store(new DirectoryOps());
    new DirectoryOps().setOwner(folder.resolve("store/.tmp"), NOBODY);

    assertOnlyFails(Property.OWNER, new DirectoryOps());
  }

  @Test
  void littleSpaceIsWarnedOf() throws IOException {
    List<ProbeResult> results =
        probe(store(new DirectoryOps()), new Probe.Options(Long.MAX_VALUE, 100, Set.of()));

    assertThat(with(Outcome.WARNED, results)).containsExactly(Property.FREE_SPACE);
    assertThat(with(Outcome.FAILED, results)).isEmpty();
    assertThat(resultOf(Property.FREE_SPACE, results).isAcceptable()).isTrue();
  }

  @Test
  void noSpace() throws IOException {
    try (Disk disk = Disk.ext4(4)) {
      DirectoryStorage.create(disk.path(), new SecureRandom());
      Path ballast = disk.path().resolve("ballast");
      fill(ballast);
      List<ProbeResult> results = probe(disk.path());
      assertThat(with(Outcome.FAILED, results)).containsExactly(Property.WRITABLE);
      assertThat(results.getFirst().found()).endsWith("no space left, or no inodes: free some");

      shrink(ballast, 20_000); // room for folders
      results = probe(disk.path());

      assertThat(with(Outcome.FAILED, results)).containsExactly(Property.FREE_SPACE);
      assertThat(resultOf(Property.FREE_SPACE, results).message())
          .contains("no space left")
          .contains("needed for publishing packs: free space");
    }
  }

  private static void fill(Path ballast) throws IOException {
    try (FileChannel file =
        FileChannel.open(ballast, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int size = 1 << 16; size > 0; size /= 2) {
        fill(file, size);
      }
    }
  }

  private static void shrink(Path file, int bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - bytes);
      channel.force(true);
    }
  }

  private static void fill(FileChannel file, int size) {
    try {
      while (true) {
        file.write(ByteBuffer.allocate(size));
      }
    } catch (IOException e) {
      // full
    }
  }

  @Test
  void noInodes() throws IOException {
    try (Disk disk = Disk.ext4(4, "-N", "48")) {
      DirectoryStorage.create(disk.path(), new SecureRandom());
      List<ProbeResult> results = probe(disk.path());

      assertThat(with(Outcome.FAILED, results)).containsExactly(Property.FREE_FILES);
    }
  }

  @Test
  void fewInodesAreWarnedOf() throws IOException {
    try (Disk disk = Disk.tmpfs("size=4m,nr_inodes=90")) {
      DirectoryStorage.create(disk.path(), new SecureRandom());
      List<ProbeResult> results = probe(disk.path());

      assertThat(with(Outcome.WARNED, results)).containsExactly(Property.FREE_FILES);
      assertThat(results).extracting(ProbeResult::property).contains(Property.FREE_FILES);
    }
  }

  @Test
  void insideAnotherStore() throws IOException {
    Path outer = folder.resolve("outer");
    DirectoryStorage.create(outer, new SecureRandom()).publish("config", Content.of(new byte[1]));
    Path inner = outer.resolve("a/b/inner");
    DirectoryStorage.create(inner, new SecureRandom());

    List<ProbeResult> results = probe(inner);
    assertThat(with(Outcome.FAILED, results)).containsExactly(Property.NOT_NESTED);
    assertThat(resultOf(Property.NOT_NESTED, results).found())
        .isEqualTo(inner + " is inside the store " + outer);
  }

  @Test
  void aroundAnotherStore() throws IOException {
    for (String name : List.of("child", "parent/child")) {
      Path outer = folder.resolve("outer-" + name.length());
      DirectoryStorage.create(outer, new SecureRandom());
      DirectoryStorage.create(outer.resolve(name), new SecureRandom())
          .publish("config", Content.of(new byte[1]));

      assertThat(with(Outcome.FAILED, probe(outer))).containsExactly(Property.NOT_NESTED);
    }
  }

  @Test
  void besideAFileThatIsCalledConfig() throws IOException {
    Files.writeString(folder.resolve("config"), "of something else");

    assertAllPass(probe(store(new DirectoryOps()), OPTIONS));
  }

  /// In a folder to which one may only add.
  @Test
  void nothingCanBeRemoved() throws IOException {
    try (Disk disk = Disk.ext4(16)) {
      Path root = disk.path().resolve("store");
      DirectoryStorage.create(root, new SecureRandom());
      Disk.run("chattr", "+a", root.toString());
      List<ProbeResult> results = probe(root);

      assertThat(with(Outcome.FAILED, results)).containsExactly(Property.REMOVABLE);
    }
  }
}
