package cairn.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.Crc32c;
import cairn.base.test.Seed;
import cairn.filesystem.test.Damage;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.FilledImage.Told;
import cairn.filesystem.test.LoopDevices;
import cairn.filesystem.test.MountPoint;
import cairn.filesystem.test.Proof;
import cairn.filesystem.test.Workload;
import cairn.filesystem.used.Moment;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BtrfsFileSystemTest {
  private static final String CHECK = "btrfs check --readonly";
  private static final long BYTES = 256L << 20;
  private static final long SUPERBLOCK = 64L << 10;
  private static final int NODE = 4096;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkfs.btrfs -q",
        "mkfs.btrfs -q -m single -d single",
        "mkfs.btrfs -q -m dup -d dup",
        "mkfs.btrfs -q --mixed",
        "mkfs.btrfs -q -n 4096 -m single",
        "mkfs.btrfs -q --csum xxhash",
        "mkfs.btrfs -q --csum sha256",
        "mkfs.btrfs -q --csum blake2",
        "mkfs.btrfs -q -O ^no-holes,^extref,^skinny-metadata -R ^free-space-tree",
        "mkfs.btrfs -q -R quota"
      })
  void nothingIsCalledFreeThatIsNot(String command, Seed seed) throws IOException {
    FilledImage image = FilledImage.make(directory.resolve("image"), BYTES, command, seed);
    // What the kernel counts as free is halved where everything is kept twice.
    FilledImage twice =
        new FilledImage(image.path(), image.files(), Math.max(image.realBytes(), BYTES / 2));
    Proof.holds(twice, "btrfs", CHECK);
  }

  /// Each device has all metadata, else nothing is told of it.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2 -d raid0 -m raid1",
        "2 -d raid1 -m raid1",
        "3 -d single -m raid1c3",
        "4 -d raid10 -m raid1c4",
        "3 -d raid5 -m raid1c3",
        "4 -d raid6 -m raid1c4"
      })
  void ofSeveralDevicesEachTellsWhatLiesOnIt(String options, Seed seed) throws IOException {
    int count = Integer.parseInt(options.substring(0, 1));
    List<Path> images = new ArrayList<>();
    List<Path> poisoned = new ArrayList<>();
    Map<String, Long> files;
    try (LoopDevices devices = LoopDevices.make(directory, count, BYTES)) {
      devices.run("mkfs.btrfs -q -f" + options.substring(1));
      Path mounted = devices.mount();
      Workload.run(mounted, BYTES / 8, seed);
      files = Workload.checksums(mounted);
      images.addAll(devices.images());
    }
    for (Path image : images) {
      Told told = FilledImage.told(image, (offset, length) -> Moment.AT_REST);
      assertThat(told.ranges().parts().getFirst().reason()).isEmpty();
      assertThat(told.bytes()).isLessThan(BYTES * 9 / 10);
      poisoned.add(FilledImage.poisoned(image, told));
    }
    try (LoopDevices devices = LoopDevices.over(directory, poisoned)) {
      devices.runFirst("btrfs check --readonly");
      Path mounted = devices.mount();
      assertThat(Workload.checksums(mounted)).isEqualTo(files).isNotEmpty();
      assertThat(Command.run("btrfs", "scrub", "start", "-B", mounted.toString()))
          .contains("no errors found");
    }
  }

  @Test
  void metadataOnOtherDevicesTakesEverything() throws IOException {
    Path first;
    try (LoopDevices devices = LoopDevices.make(directory, 3, BYTES)) {
      devices.run("mkfs.btrfs -q -f -d raid0 -m raid0");
      first = devices.images().getFirst();
    }
    Told told = FilledImage.told(first, (offset, length) -> Moment.AT_REST);
    assertThat(told.ranges().parts().getFirst().reason().orElseThrow())
        .contains("lies on other devices");
    assertThat(told.bytes()).isEqualTo(BYTES);
  }

  @Test
  void afterAnFsyncWithoutACommitTheMapIsStale(Seed seed) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.btrfs", "-q", path.toString());
    Path live = directory.resolve("live");
    Path frozen = directory.resolve("frozen");
    try (MountPoint mount = MountPoint.of(path, "rw,commit=300")) {
      Workload.run(mount.directory(), BYTES / 8, seed);
      Command.run("sync", "-f", mount.directory().toString());
      Path file = Files.write(mount.directory().resolve("logged"), seed.bytes(100_000));
      Command.run("sync", file.toString());
      Files.copy(path, live);
      mount.freeze();
      Files.copy(path, frozen);
    }
    Told told = FilledImage.told(live, (offset, length) -> Moment.FROZEN);
    assertThat(told.ranges().parts().getFirst().reason().orElseThrow())
        .contains("has not been replayed");
    assertThat(told.bytes()).isEqualTo(BYTES);
    Told now = FilledImage.told(frozen, (offset, length) -> Moment.FROZEN);
    assertThat(now.bytes()).isLessThan(BYTES * 3 / 4);
    Proof.survives(FilledImage.look(frozen), FilledImage.poisoned(frozen, now), CHECK);
  }

  @Test
  void damageIsNoticedOrHarmless(Seed seed) throws IOException {
    Path path = directory.resolve("image");
    FilledImage.make(path, BYTES, "mkfs.btrfs -q -m single", seed);
    List<Long> places = List.of(SUPERBLOCK, SUPERBLOCK + 4096, 1L << 20, 64L << 20);
    Damage.survived(path, places, true, seed);
  }

  @Test
  void damageUnderRightChecksumsEndsNothing(Seed seed) throws IOException {
    Path path = directory.resolve("image");
    FilledImage.make(path, BYTES / 2, "mkfs.btrfs -q -n 4096 -m single", seed);
    byte[] image = Files.readAllBytes(path);
    byte[] uuid = Arrays.copyOfRange(image, (int) SUPERBLOCK + 32, (int) SUPERBLOCK + 48);
    List<Long> places = new ArrayList<>(List.of(SUPERBLOCK + 32, SUPERBLOCK + 0x400));
    for (int at = 1 << 20; at < image.length; at += NODE) {
      if (Arrays.equals(image, at + 32, at + 48, uuid, 0, 16)) {
        places.addAll(List.of(at + 48L, at + 400L, at + 400L, (long) at + NODE));
      }
    }
    Damage.survivedUnderSeal(path, places, BtrfsFileSystemTest::seal, seed);
  }

  private static void seal(byte[] image, int at) {
    int start = at & -NODE;
    int crc = Crc32c.of(image, start + 32, NODE - 32);
    for (int index = 0; index < 4; index++) {
      image[start + index] = (byte) (crc >>> (8 * index));
    }
  }
}
