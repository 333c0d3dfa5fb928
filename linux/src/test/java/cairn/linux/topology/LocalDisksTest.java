package cairn.linux.topology;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.test.SystemTree;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalDisksTest {
  private static final long GIB = 1L << 30;
  private static final String USB = "pci/usb1/1-2/host6/block/";

  @TempDir private Path directory;
  private SystemTree tree;

  @BeforeEach
  void makeTree() throws IOException {
    tree =
        new SystemTree(directory)
            .device("pci/ata1/block/sda", 8, 0, 10 * GIB)
            .partition("sda", 1, 1 << 20, GIB)
            .mount("8:1", "/", "ext4", "/dev/none");
  }

  @Test
  void takesTheDiskBelowWhateverIsMounted() throws IOException {
    tree.device("pci/nvme/nvme0/nvme0n1", 259, 0, GIB)
        .device("virtual/block/dm-0", 253, 0, GIB)
        .attribute("dm-0", "dm/uuid", "LVM-x")
        .upon("dm-0", "nvme0n1")
        .mount("253:0", "/srv", "xfs", "/dev/none");
    assertThat(choose().chosen())
        .extracting(each -> each.disk().name())
        .containsExactly("nvme0n1", "sda");
    assertThat(choose().chosen().getFirst().fileSystems())
        .singleElement()
        .satisfies(each -> assertThat(each.mountPoints()).containsExactly("/srv"));
    assertExcluded("/dev/dm-0", "is a logical volume on nvme0n1");
  }

  @Test
  void leavesOutWhatIsNotTheMachinesOwn() throws IOException {
    tree.device("virtual/block/loop0", 7, 0, GIB)
        .attribute("loop0", "loop/backing_file", "/a.img")
        .mount("7:0", "/l", "ext4", "/dev/none")
        .device("virtual/block/loop1", 7, 1, 0)
        .device("virtual/block/zram0", 252, 0, GIB)
        .mount("252:0", "/z", "ext4", "/dev/none")
        .device("virtual/block/ram0", 1, 0, GIB)
        .device("pci/ata3/block/sr0", 11, 0, GIB)
        .mount("11:0", "/cd", "iso9660", "/dev/none")
        .device("virtual/block/nbd0", 43, 0, GIB)
        .mount("43:0", "/n", "ext4", "/dev/none")
        .device("platform/host3/session1/block/sdi", 8, 128, GIB)
        .mount("8:128", "/i", "ext4", "/dev/none")
        .mount("0:50", "/nfs", "nfs4", "server:/export")
        .mount("0:51", "/tank", "zfs", "tank");
    assertThat(choose().chosen()).extracting(each -> each.disk().name()).containsExactly("sda");
    assertExcluded("/dev/loop0", "is a loop device over /a.img");
    assertExcluded("/dev/loop1", "is not set up");
    assertExcluded("/dev/zram0", "is compressed memory");
    assertExcluded("/dev/ram0", "is memory");
    assertExcluded("/dev/sr0", "is an optical drive");
    assertExcluded("/dev/nbd0", "is a device on another machine");
    assertExcluded("/dev/sdi", "is a disk of another machine, reached by iscsi");
    assertExcluded("/nfs", "is a file system of another machine (nfs4)");
    assertExcluded("/tank", "is a ZFS, whose disks cannot be told; name them to back them up");
  }

  @Test
  void leavesOutWhatIsRemovableEmptyOrUnused() throws IOException {
    tree.device("pci/ata2/block/sdb", 8, 16, GIB)
        .device("pci/mmc0/block/mmcblk0", 179, 0, 0)
        .device("pci/ata4/block/sdd", 8, 48, GIB)
        .attribute("sdd", "removable", "1")
        .mount("8:48", "/d", "ext4", "/dev/none");
    assertThat(choose().chosen()).extracting(each -> each.disk().name()).containsExactly("sda");
    assertExcluded("/dev/sdb", "holds no mounted file system");
    assertExcluded("/dev/mmcblk0", "has no medium");
    assertExcluded("/dev/sdd", "is removable");
  }

  @Test
  void aUsbDiskIsTakenOnlyWhenTheMachineRunsFromIt() throws IOException {
    tree.device(USB + "sdu", 65, 0, GIB).mount("65:0", "/media", "ext4", "/dev/none");
    assertThat(choose().chosen()).extracting(each -> each.disk().name()).containsExactly("sda");
    assertExcluded("/dev/sdu", "is plugged in by USB");
    tree.mount("65:0", "/", "ext4", "/dev/none");
    assertThat(choose().chosen())
        .extracting(each -> each.disk().name())
        .containsExactly("sda", "sdu");
  }

  @Test
  void aMultipathDiskIsTakenOnce() throws IOException {
    tree.device("pci/rport-1/block/sdm", 8, 192, GIB)
        .device("pci/rport-2/block/sdn", 8, 208, GIB)
        .device("virtual/block/dm-5", 253, 5, GIB)
        .attribute("dm-5", "dm/uuid", "mpath-36")
        .upon("dm-5", "sdm", "sdn")
        .mount("253:5", "/san", "xfs", "/dev/none");
    assertThat(choose().chosen())
        .extracting(each -> each.disk().name())
        .containsExactly("dm-5", "sda");
    assertExcluded("/dev/sdm", "is one path of several to a multipath disk");
  }

  private void assertExcluded(String name, String reason) throws IOException {
    assertThat(choose().excluded()).contains(new LocalDisks.Exclusion(name, reason));
  }

  private LocalDisks choose() throws IOException {
    return LocalDisks.choose(
        new StorageStack(directory),
        FileSystems.read(directory.resolve("proc"), directory.resolve("sys")));
  }
}
