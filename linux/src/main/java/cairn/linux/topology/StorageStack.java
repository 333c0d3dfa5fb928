package cairn.linux.topology;

import cairn.linux.BlockTopology;
import cairn.linux.BlockTopology.Node;
import cairn.linux.DeviceNumber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What each block device is, and what it is built of.
public final class StorageStack {
  // sysfs counts so whatever the device's sectors are.
  private static final int SECTOR_BYTES = 512;

  private final BlockTopology topology;
  private final Path udev;

  /// @param root of the system, with `sys` and, if udev runs, `run/udev` in it
  public StorageStack(Path root) {
    this.topology = new BlockTopology(root.resolve("sys"));
    this.udev = root.resolve("run/udev/data");
  }

  /// Empty when the kernel knows no such device.
  public Optional<BlockDevice> find(DeviceNumber number) throws IOException {
    Optional<Node> node = topology.find(number);
    return node.isPresent() ? Optional.of(describe(node.get())) : Optional.empty();
  }

  /// All devices that are no partitions.
  public List<BlockDevice> wholes() throws IOException {
    return describe(topology.wholes());
  }

  /// What it is directly built upon: the disk of a partition, the members of an array.
  public List<BlockDevice> beneath(BlockDevice device) throws IOException {
    return describe(topology.beneath(device.node()));
  }

  /// Its partitions, and what is directly built upon it.
  public List<BlockDevice> above(BlockDevice device) throws IOException {
    return describe(topology.above(device.node()));
  }

  private List<BlockDevice> describe(List<Node> nodes) throws IOException {
    List<BlockDevice> devices = new ArrayList<>();
    for (Node node : nodes) {
      devices.add(describe(node));
    }
    return devices;
  }

  private BlockDevice describe(Node node) throws IOException {
    boolean partition = topology.isPartition(node);
    String ownUuid = topology.attribute(node, "dm/uuid");
    String uuid = partition ? partitionUuid(node) : firstOf(ownUuid, "md/uuid", node);
    return new BlockDevice(
        node,
        partition ? BlockDevice.Kind.PARTITION : kind(node),
        bytes(node, "size"),
        partition ? bytes(node, "start") : 0,
        traits(partition ? topology.disk(node) : node),
        firstOf(topology.attribute(node, "dm/name"), "md/level", node),
        uuid,
        property(node, "ID_PART_TABLE_UUID"),
        topology.backing(node).orElse(""));
  }

  private BlockDevice.Kind kind(Node node) {
    String family = node.name().replaceFirst("[0-9].*", "");
    return switch (family) {
      case "dm-" -> mappedKind(topology.attribute(node, "dm/uuid"));
      case "md", "md_d", "md_" -> BlockDevice.Kind.RAID;
      case "loop" -> BlockDevice.Kind.LOOP;
      case "zram" -> BlockDevice.Kind.ZRAM;
      case "ram", "pmem-ram" -> BlockDevice.Kind.RAM;
      case "sr", "scd" -> BlockDevice.Kind.OPTICAL;
      case "fd" -> BlockDevice.Kind.FLOPPY;
      case "nbd", "rbd", "drbd", "aoe", "etherd!e" -> BlockDevice.Kind.NETWORK;
      default -> BlockDevice.Kind.DISK;
    };
  }

  // Who makes a device writes its name before the uuid: LVM-..., CRYPT-LUKS2-..., mpath-...
  private static BlockDevice.Kind mappedKind(String uuid) {
    return switch (uuid.replaceFirst("-.*", "")) {
      case "LVM" -> BlockDevice.Kind.LVM;
      case "CRYPT" -> BlockDevice.Kind.CRYPT;
      case "mpath" -> BlockDevice.Kind.MULTIPATH;
      default -> BlockDevice.Kind.MAPPED;
    };
  }

  private BlockDevice.Traits traits(Node disk) throws IOException {
    return new BlockDevice.Traits(
        isSet(disk, "removable"),
        isSet(disk, "ro"),
        isSet(disk, "queue/rotational"),
        Files.isDirectory(disk.directory().resolve("mq")),
        transport(disk));
  }

  private String transport(Node disk) throws IOException {
    String fabric = fabric(disk);
    if (!fabric.isEmpty()) {
      return fabric.equals("pcie") ? "nvme" : fabric;
    }
    for (Path part : disk.directory()) {
      String transport = transport(part.toString());
      if (!transport.isEmpty()) {
        return transport;
      }
    }
    return "";
  }

  /// Of an NVMe: what its controller says, or the first controller of its subsystem.
  private String fabric(Node disk) throws IOException {
    String own = topology.attribute(disk, "device/transport");
    if (!own.isEmpty()) {
      return own;
    }
    try (DirectoryStream<Path> controllers =
        Files.newDirectoryStream(disk.directory().resolve("device"), "nvme*")) {
      for (Path controller : controllers) {
        String name = "device/" + controller.getFileName() + "/transport";
        String transport = topology.attribute(disk, name);
        if (!transport.isEmpty()) {
          return transport;
        }
      }
    } catch (NoSuchFileException e) {
      // A device without a driver's device below, such as a loop device.
    }
    return "";
  }

  // The first that says something: below usb there is a scsi host as well.
  private static String transport(String part) {
    return switch (part.replaceFirst("[0-9].*", "")) {
      case "usb" -> "usb";
      case "ata" -> "ata";
      case "nvme", "nvme-subsystem" -> "nvme";
      case "virtio" -> "virtio";
      case "vbd-" -> "xen";
      case "mmc" -> "mmc";
      case "session" -> "iscsi";
      case "rport-" -> "fc";
      case "end_device-" -> "sas";
      case "vmbus_", "VMBUS:" -> "hyperv";
      default -> "";
    };
  }

  private String partitionUuid(Node node) {
    for (String line : topology.attribute(node, "uevent").split("\n", -1)) {
      if (line.startsWith("PARTUUID=")) {
        return line.substring("PARTUUID=".length());
      }
    }
    return property(node, "ID_PART_ENTRY_UUID");
  }

  /// What udev found out, from its file for the device: lines such as `E:ID_BUS=ata`.
  private String property(Node node, String name) {
    String start = "E:" + name + "=";
    try {
      byte[] file = Files.readAllBytes(udev.resolve("b" + node.number()));
      return new String(file, StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(start))
          .map(line -> line.substring(start.length()))
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      // No udev, or it has not looked yet.
      return "";
    }
  }

  private String firstOf(String value, String attribute, Node node) {
    return value.isEmpty() ? topology.attribute(node, attribute) : value;
  }

  private boolean isSet(Node node, String attribute) {
    return topology.attribute(node, attribute).equals("1");
  }

  private long bytes(Node node, String attribute) {
    String sectors = topology.attribute(node, attribute);
    return sectors.isEmpty() ? 0 : Math.multiplyExact(Long.parseLong(sectors), SECTOR_BYTES);
  }
}
