package cairn.linux.topology;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.DeviceNumber;
import cairn.linux.FileStatus;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import cairn.linux.test.SystemTree;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileSystemsTest {
  private static final long GIB = 1L << 30;

  @TempDir private Path directory;

  /// Root on a partition, home on LVM over LUKS over an md of two partitions, boot on the other
  /// disk.
  private SystemTree machine() throws IOException {
    return new SystemTree(directory)
        .device("pci/ata1/block/sda", 8, 0, 10 * GIB)
        .partition("sda", 1, 1 << 20, GIB)
        .partition("sda", 2, 2 * GIB, GIB)
        .device("pci/nvme/nvme0/nvme0n1", 259, 0, 10 * GIB)
        .partition("nvme0n1", 1, 1 << 20, GIB)
        .partition("nvme0n1", 2, 2 * GIB, GIB)
        .device("virtual/block/md127", 9, 127, GIB)
        .device("virtual/block/dm-0", 253, 0, GIB)
        .device("virtual/block/dm-1", 253, 1, GIB)
        .upon("md127", "sda2", "nvme0n12")
        .upon("dm-0", "md127")
        .upon("dm-1", "dm-0")
        .mount("8:1", "/", "ext4", "/dev/sda1")
        .mount("0:21", "/proc", "proc", "proc")
        .mount("259:1", "/boot", "ext4", "/dev/none")
        .mount("253:1", "/home", "xfs", "/dev/none")
        .mount("253:1", "/srv/home", "xfs", "/dev/none");
  }

  @Test
  void findsWhatLiesOnADeviceHoweverDeep() throws IOException {
    machine();
    assertThat(mountPointsOn(8, 0)).containsExactly("/", "/home");
    assertThat(mountPointsOn(8, 1)).containsExactly("/");
    assertThat(mountPointsOn(8, 2)).containsExactly("/home");
    assertThat(mountPointsOn(9, 127)).containsExactly("/home");
    assertThat(mountPointsOn(259, 0)).containsExactly("/boot", "/home");
    assertThat(mountPointsOn(7, 0)).isEmpty();
  }

  @Test
  void findsAllDevicesBeneathOne() throws IOException {
    machine();
    assertThat(fileSystems().beneath(new DeviceNumber(253, 1)))
        .extracting(DeviceNumber::toString)
        .containsExactlyInAnyOrder("253:1", "253:0", "9:127", "8:2", "8:0", "259:2", "259:0");
  }

  @Test
  void followsAFileBehindALoopDevice() throws IOException {
    machine()
        .device("virtual/block/loop0", 7, 0, GIB)
        .attribute("loop0", "loop/backing_file", "/home/images/disk.img")
        .mount("7:0", "/mnt", "ext4", "/dev/loop0");
    assertThat(mountPointsOn(8, 2)).containsExactly("/home", "/mnt");
    assertThat(mountPointsOn(8, 1)).containsExactly("/");
    FileSystems fileSystems = fileSystems();
    FileSystem upper = fileSystems.at(Path.of("/mnt/x")).orElseThrow();
    assertThat(fileSystems.beneath(upper))
        .containsExactly(fileSystems.at(Path.of("/home")).orElseThrow());
  }

  @Test
  void theLastMountedIsSeenAndTheDeepestCounts() throws IOException {
    machine().mount("0:40", "/home", "tmpfs", "none").mount("0:41", "/h", "tmpfs", "none");
    FileSystems fileSystems = fileSystems();
    assertThat(fileSystems.at(Path.of("/home/a")).orElseThrow().type()).isEqualTo("tmpfs");
    assertThat(fileSystems.at(Path.of("/srv/home/a")).orElseThrow().type()).isEqualTo("xfs");
    assertThat(fileSystems.at(Path.of("/homer")).orElseThrow().type()).isEqualTo("ext4");
  }

  @Test
  void aFileSystemMountedTwiceIsOne() throws IOException {
    machine();
    assertThat(fileSystems().at(Path.of("/srv/home")).orElseThrow().mountPoints())
        .containsExactly("/home", "/srv/home");
  }

  @Test
  void aRealBtrfsLiesOnAllItsDevices() throws IOException {
    try (LoopDevice first = LoopDevice.over(image("a"));
        LoopDevice second = LoopDevice.over(image("b"));
        Mounted btrfs = Mounted.btrfs(directory.resolve("mnt"), first, second)) {
      FileSystems live = FileSystems.live();
      for (LoopDevice loop : List.of(first, second)) {
        DeviceNumber number = FileStatus.of(loop.path()).device();
        assertThat(live.on(number))
            .singleElement()
            .satisfies(
                each -> assertThat(each.mountPoints()).contains(btrfs.directory().toString()));
      }
      // The images lie on the file system of the temporary directory.
      FileSystem upper = live.at(btrfs.directory()).orElseThrow();
      assertThat(live.beneath(upper)).contains(live.at(directory).orElseThrow());
    }
  }

  private Path image(String name) throws IOException {
    Path file = directory.resolve(name);
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.setLength(200 << 20);
    }
    return file;
  }

  private List<String> mountPointsOn(int major, int minor) throws IOException {
    return fileSystems().on(new DeviceNumber(major, minor)).stream()
        .map(each -> each.mountPoints().getFirst())
        .toList();
  }

  private FileSystems fileSystems() throws IOException {
    return FileSystems.read(directory.resolve("proc"), directory.resolve("sys"));
  }
}
