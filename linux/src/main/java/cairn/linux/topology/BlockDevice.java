package cairn.linux.topology;

import cairn.linux.BlockTopology;
import cairn.linux.DeviceNumber;

/// A block device as sysfs describes it.
///
/// @param node its place in sysfs
/// @param kind what it is
/// @param sizeBytes 0 without a medium
/// @param startBytes of a partition, where it begins on its disk; 0 of others
/// @param traits of it, or of its disk when it is a partition
/// @param label what its owner calls it: the device-mapper name, the level of an md; else empty
/// @param uuid of device-mapper or md, or of a partition; empty when it is not known
/// @param tableUuid of the partition table on it, or of a partition's disk; empty when not known
/// @param backing the path of what a loop device shows; else empty
public record BlockDevice(
    BlockTopology.Node node,
    Kind kind,
    long sizeBytes,
    long startBytes,
    Traits traits,
    String label,
    String uuid,
    String tableUuid,
    String backing) {

  /// What is known of the hardware.
  ///
  /// @param transport `nvme`, `ata`, `usb`, `virtio`, `xen`, `iscsi`, `tcp` and so on; empty when
  ///   not known
  /// @param requestBased whether it has requests (blk-mq), or takes bios as they come
  public record Traits(
      boolean removable,
      boolean readOnly,
      boolean rotational,
      boolean requestBased,
      String transport) {}

  /// What a block device can be.
  public enum Kind {
    DISK("a disk"),
    PARTITION("a partition"),
    LVM("a logical volume"),
    CRYPT("an encrypted device"),
    MULTIPATH("a multipath disk"),
    MAPPED("a device-mapper device"),
    RAID("an md device"),
    LOOP("a loop device"),
    ZRAM("compressed memory"),
    RAM("memory"),
    OPTICAL("an optical drive"),
    FLOPPY("a floppy drive"),
    NETWORK("a device on another machine");

    private final String description;

    Kind(String description) {
      this.description = description;
    }

    /// With its article, for a sentence.
    public String description() {
      return description;
    }
  }

  public String name() {
    return node.name();
  }

  public DeviceNumber number() {
    return node.number();
  }
}
