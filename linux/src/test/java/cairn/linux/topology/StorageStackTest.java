package cairn.linux.topology;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.DeviceNumber;
import cairn.linux.FileStatus;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.SystemTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StorageStackTest {
  private static final long GIB = 1L << 30;
  private static final String SDA = "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/block/sda";

  @TempDir private Path directory;
  private SystemTree tree;
  private StorageStack stack;

  @BeforeEach
  void makeTree() throws IOException {
    tree = new SystemTree(directory);
    stack = new StorageStack(directory);
  }

  @Test
  void describesADiskAndItsPartitions() throws IOException {
    tree.device(SDA, 8, 0, 100 * GIB)
        .attribute("sda", "queue/rotational", "1")
        .attribute("sda", "removable", "0")
        .attribute("sda", "mq/0/cpu_list", "0")
        .partition("sda", 1, 1 << 20, 99 * GIB)
        .file("run/udev/data/b8:0", "E:ID_PART_TABLE_UUID=1234abcd")
        .file("run/udev/data/b8:1", "E:ID_PART_ENTRY_UUID=old\nE:ID_PART_TABLE_UUID=1234abcd");
    BlockDevice disk = find(8, 0);
    assertThat(disk.kind()).isEqualTo(BlockDevice.Kind.DISK);
    assertThat(disk.sizeBytes()).isEqualTo(100 * GIB);
    assertThat(disk.tableUuid()).isEqualTo("1234abcd");
    assertThat(disk.traits()).isEqualTo(new BlockDevice.Traits(false, false, true, true, "ata"));
    BlockDevice partition = find(8, 1);
    assertThat(partition.kind()).isEqualTo(BlockDevice.Kind.PARTITION);
    assertThat(partition.startBytes()).isEqualTo(1 << 20);
    assertThat(partition.sizeBytes()).isEqualTo(99 * GIB);
    assertThat(partition.traits()).isEqualTo(disk.traits());
    assertThat(partition.uuid()).isEqualTo("old");
    assertThat(stack.above(disk)).containsExactly(partition);
    assertThat(stack.beneath(partition)).containsExactly(disk);
    tree.attribute("sda1", "uevent", "MAJOR=8\nPARTUUID=new");
    assertThat(find(8, 1).uuid()).as("the kernel's word before udev's").isEqualTo("new");
  }

  @ParameterizedTest
  @CsvSource({
    "LVM-aBcD0123, LVM",
    "CRYPT-LUKS2-0123-name, CRYPT",
    "mpath-360000000000000000e00000000010001, MULTIPATH",
    "part1-mpath-36000, MAPPED",
    "'', MAPPED",
  })
  void tellsWhoMadeAMappedDevice(String uuid, BlockDevice.Kind kind) throws IOException {
    tree.device(SDA, 8, 0, GIB)
        .device("virtual/block/dm-3", 253, 3, GIB)
        .attribute("dm-3", "dm/uuid", uuid)
        .attribute("dm-3", "dm/name", "vg-root")
        .upon("dm-3", "sda");
    BlockDevice device = find(253, 3);
    assertThat(device.kind()).isEqualTo(kind);
    assertThat(device.uuid()).isEqualTo(uuid);
    assertThat(device.label()).isEqualTo("vg-root");
    assertThat(device.traits().requestBased()).isFalse();
    assertThat(stack.beneath(device)).containsExactly(find(8, 0));
    assertThat(stack.above(find(8, 0))).containsExactly(device);
  }

  @ParameterizedTest
  @CsvSource({
    "virtual/block/md127, RAID, ''",
    "virtual/block/zram0, ZRAM, ''",
    "virtual/block/ram15, RAM, ''",
    "virtual/block/nbd0, NETWORK, ''",
    "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/block/sr0, OPTICAL, ata",
    "platform/floppy.0/block/fd0, FLOPPY, ''",
    "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdb, DISK, usb",
    "pci0000:00/0000:03:00.0/nvme/nvme0/nvme0n1, DISK, nvme",
    "virtual/nvme-subsystem/nvme-subsys0/nvme0n1, DISK, nvme",
    "pci0000:00/0000:00:02.0/virtio1/block/vda, DISK, virtio",
    "vbd-51712/block/xvda, DISK, xen",
    "platform/host3/session1/target3:0:0/3:0:0:1/block/sdc, DISK, iscsi",
    "platform/soc/mmc_host/mmc0/mmc0:0001/block/mmcblk0, DISK, mmc",
  })
  void tellsKindAndTransportByNameAndPlace(String place, BlockDevice.Kind kind, String transport)
      throws IOException {
    tree.device(place, 259, 7, GIB);
    assertThat(find(259, 7).kind()).isEqualTo(kind);
    assertThat(find(259, 7).traits().transport()).isEqualTo(transport);
  }

  @Test
  void anNvmeNamespaceOfAnotherMachineIsToldByItsController() throws IOException {
    tree.device("virtual/nvme-fabrics/ctl/nvme1/nvme1n1", 259, 1, GIB)
        .attribute("nvme1n1", "device/transport", "tcp");
    assertThat(find(259, 1).traits().transport()).isEqualTo("tcp");
  }

  @Test
  void aMultipathNvmeOfAnotherMachineIsToldByItsControllers() throws IOException {
    tree.device("virtual/nvme-subsystem/nvme-subsys1/nvme1n1", 259, 1, GIB)
        .attribute("nvme1n1", "device/nvme1/transport", "rdma");
    assertThat(find(259, 1).traits().transport()).isEqualTo("rdma");
  }

  @Test
  void describesARealLoopDevice() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[3 << 20]);
    try (LoopDevice loop = LoopDevice.over(backing, "--read-only")) {
      StorageStack live = new StorageStack(Path.of("/"));
      DeviceNumber number = FileStatus.of(loop.path()).device();
      BlockDevice device = live.find(number).orElseThrow();
      assertThat(device.kind()).isEqualTo(BlockDevice.Kind.LOOP);
      assertThat(device.sizeBytes()).isEqualTo(3 << 20);
      assertThat(device.backing()).isEqualTo(backing.toString());
      assertThat(device.traits().readOnly()).isTrue();
      assertThat(device.traits().requestBased()).isTrue();
      assertThat(live.wholes()).contains(device);
    }
  }

  private BlockDevice find(int major, int minor) throws IOException {
    return stack.find(new DeviceNumber(major, minor)).orElseThrow();
  }
}
