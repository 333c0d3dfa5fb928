package cairn.engine.capture;

import cairn.linux.BlockTopology;
import cairn.linux.DeviceMapper;
import cairn.linux.FileStatus;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.StorageStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Whether a device of some name and size is still the same, with the same medium behind it.
final class DeviceIdentity {
  private static final BlockTopology SYSFS = new BlockTopology(Path.of("/sys"));

  // Disks that come and go with what is on them: a medium is not exchanged, nor is it connected to
  // another one.
  private static final Pattern ONE_MEDIUM = Pattern.compile("(sd|vd|xvd|nvme|mmcblk|dm-|md).*");

  private DeviceIdentity() {}

  /// A text that changes when the device does; empty when this kernel does not tell it of this
  /// device. Of a partition: its disk's, and where it lies.
  static Optional<String> of(BlockDevice device, StorageStack stack) throws IOException {
    boolean partition = device.kind() == BlockDevice.Kind.PARTITION;
    BlockDevice disk = partition ? stack.beneath(device).getFirst() : device;
    String sequence = SYSFS.attribute(disk.node(), "diskseq");
    Optional<String> same =
        sequence.isEmpty() ? byDirectory(disk) : Optional.of("diskseq " + sequence);
    if (same.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(same.get() + " at " + device.startBytes() + table(disk));
  }

  /// Before Linux 5.15, by the directory that a disk has in sysfs from its coming to its going;
  /// since 5.5 no two of them have the same number until the machine starts anew
  /// (`fs/kernfs/dir.c`).
  static Optional<String> byDirectory(BlockDevice disk) throws IOException {
    Path directory = disk.node().directory();
    if (disk.name().startsWith("loop")) {
      // Another one with each file that it is put over.
      Path file = directory.resolve("loop");
      return Files.isDirectory(file) ? Optional.of(numberOf(file)) : Optional.empty();
    }
    boolean removable = SYSFS.attribute(disk.node(), "removable").equals("1");
    return ONE_MEDIUM.matcher(disk.name()).matches() && !removable
        ? Optional.of(numberOf(directory))
        : Optional.empty();
  }

  private static String numberOf(Path directory) throws IOException {
    return "sysfs " + FileStatus.of(directory).inode();
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
