package cairn.engine.capture;

import cairn.linux.BlockTopology;
import cairn.linux.DeviceMapper;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.StorageStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// Whether a device of some name and size is still the same, with the same medium behind it.
final class DeviceIdentity {
  private static final BlockTopology SYSFS = new BlockTopology(Path.of("/sys"));

  private DeviceIdentity() {}

  /// A text that changes when the device does; empty when this kernel does not tell (before 5.15),
  /// or not of this device. Of a partition: its disk's, and where it lies.
  static Optional<String> of(BlockDevice device, StorageStack stack) throws IOException {
    boolean partition = device.kind() == BlockDevice.Kind.PARTITION;
    BlockDevice disk = partition ? stack.beneath(device).getFirst() : device;
    String sequence = SYSFS.attribute(disk.node(), "diskseq");
    if (sequence.isEmpty()) {
      return Optional.empty();
    }
    String text = "diskseq " + sequence + " at " + device.startBytes() + table(disk);
    return Optional.of(text);
  }

  /// What lies beneath a mapped device may be exchanged while it keeps its number.
  private static String table(BlockDevice disk) throws IOException {
    return switch (disk.kind()) {
      case LVM, CRYPT, MULTIPATH, MAPPED -> {
        try (DeviceMapper mapper = DeviceMapper.open()) {
          int hash = mapper.table(disk.number()).toString().hashCode();
          yield String.format(Locale.ROOT, " table %08x", hash);
        }
      }
      default -> "";
    };
  }
}
