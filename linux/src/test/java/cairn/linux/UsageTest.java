package cairn.linux;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UsageTest {
  private static final DeviceNumber DISK = new DeviceNumber(908, 16);
  private static final DeviceNumber FIRST = new DeviceNumber(908, 17);
  private static final DeviceNumber SECOND = new DeviceNumber(908, 18);

  @TempDir private Path directory;
  private Path proc;
  private Path sys;
  private Usage usage;

  /// A disk with two partitions, as sysfs would show it.
  @BeforeEach
  void makeTrees() throws IOException {
    proc = directory.resolve("proc");
    sys = directory.resolve("sys");
    usage = new Usage(proc, sys);
    Files.createDirectories(proc.resolve("self"));
    Files.createDirectories(sys.resolve("block"));
    Files.createDirectories(sys.resolve("dev/block"));
    Path disk = node(sys.resolve("devices/virtual/block/sdx"), DISK);
    for (DeviceNumber partition : List.of(FIRST, SECOND)) {
      Path child = node(disk.resolve("sdx" + (partition.minor() - 16)), partition);
      Files.writeString(child.resolve("partition"), (partition.minor() - 16) + "\n");
    }
    mountinfo("22 27 0:21 / /proc rw,relatime - proc proc rw");
    swaps("");
  }

  @Test
  void aDeviceThatNobodyUsesIsFree() throws IOException {
    assertThat(usage.ofDevice(DISK)).isEmpty();
    assertThat(usage.ofDevice(FIRST)).isEmpty();
    assertThat(usage.ofDevice(new DeviceNumber(909, 0))).isEmpty();
  }

  @Test
  void aMountedPartitionIsUsedAndSoIsItsDiskButNotItsNeighbour() throws IOException {
    mountinfo("36 35 908:17 / /mnt/my\\040data rw,noatime shared:1 master:2 - ext4 /dev/x rw");
    assertThat(usage.ofDevice(FIRST)).contains("it is mounted at /mnt/my data");
    assertThat(usage.ofDevice(DISK)).contains("/dev/sdx1 is mounted at /mnt/my data");
    assertThat(usage.ofDevice(SECOND)).isEmpty();
  }

  @Test
  void aMountedDiskMeansUsedPartitions() throws IOException {
    mountinfo("36 35 908:16 / /mnt rw - ext4 /dev/x rw");
    assertThat(usage.ofDevice(SECOND)).contains("/dev/sdx is mounted at /mnt");
  }

  @Test
  void whatIsBuiltUponAPartitionUsesIt() throws IOException {
    Path holders = sys.resolve("devices/virtual/block/sdx/sdx2/holders");
    Files.createDirectory(holders.resolve("dm-0"));
    Files.createDirectory(holders.resolve("md127"));
    assertThat(usage.ofDevice(SECOND)).contains("it is part of dm-0, md127");
    assertThat(usage.ofDevice(DISK)).contains("/dev/sdx2 is part of dm-0, md127");
    assertThat(usage.ofDevice(FIRST)).isEmpty();
  }

  @Test
  void readsTheMakersNames() throws IOException {
    Path device = sys.resolve("devices/virtual/block/sdx/device");
    Files.createDirectory(device);
    Files.writeString(device.resolve("model"), "FAST DISK       \n");
    Files.writeString(device.resolve("wwid"), "naa.5000c500a1b2c3d4\n");
    Files.writeString(device.resolveSibling("serial"), "S1234\n");
    BlockTopology topology = new BlockTopology(sys);
    for (DeviceNumber number : List.of(DISK, FIRST)) {
      BlockTopology.Node node = topology.find(number).orElseThrow();
      assertThat(topology.model(node)).isEqualTo("FAST DISK");
      assertThat(topology.serial(node)).isEqualTo("S1234");
      assertThat(topology.wwid(node)).isEqualTo("naa.5000c500a1b2c3d4");
    }
  }

  @Test
  void aMountWhoseFileSystemHasAMadeUpNumberIsFoundByItsSource() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[1 << 20]);
    try (LoopDevice loop = LoopDevice.over(backing)) {
      mountinfo("40 27 0:55 /sub /mnt rw shared:9 - btrfs " + loop + " rw,subvol=/sub");
      DeviceNumber number = FileStatus.of(loop.path()).device();
      assertThat(usage.ofDevice(number)).contains("it is mounted at /mnt");
    }
  }

  @Test
  void findsRealMountsSwapsAndLoops() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[8 << 20]);
    Usage live = Usage.live();
    assertThat(live.ofFile(FileStatus.of(backing))).isEmpty();
    try (LoopDevice loop = LoopDevice.over(backing)) {
      DeviceNumber number = FileStatus.of(loop.path()).device();
      assertThat(live.ofDevice(number)).isEmpty();
      assertThat(live.ofFile(FileStatus.of(backing))).contains("it is what " + loop + " shows");
      try (Mounted mounted = Mounted.ext4(loop, directory.resolve("mnt"))) {
        assertThat(live.ofDevice(number)).contains("it is mounted at " + mounted.directory());
      }
      try (LoopDevice upper = LoopDevice.over(loop.path())) {
        assertThat(live.ofDevice(number)).contains("it is what " + upper + " shows");
      }
      Command.run("mkswap", loop.toString());
      Command.run("swapon", loop.toString());
      try {
        assertThat(live.ofDevice(number)).contains("it is used as swap");
      } finally {
        Command.run("swapoff", loop.toString());
      }
    }
  }

  @Test
  void aFileThatIsSwappedToIsUsed() throws IOException {
    Path file = Files.createFile(directory.resolve("swap file"));
    swaps(file.toString().replace(" ", "\\040") + "                  file\t1024\t0\t-2\n");
    assertThat(usage.ofFile(FileStatus.of(file))).contains("it is used as swap");
    assertThat(usage.ofFile(FileStatus.of(directory))).isEmpty();
  }

  private void mountinfo(String line) throws IOException {
    Files.writeString(proc.resolve("self/mountinfo"), line + "\n");
  }

  private void swaps(String line) throws IOException {
    Files.writeString(
        proc.resolve("swaps"), "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n" + line);
  }

  private Path node(Path path, DeviceNumber number) throws IOException {
    Files.createDirectories(path.resolve("holders"));
    Files.writeString(path.resolve("dev"), number + "\n");
    Files.createSymbolicLink(sys.resolve("dev/block/" + number), path);
    return path;
  }
}
