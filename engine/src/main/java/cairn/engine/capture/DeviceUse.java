package cairn.engine.capture;

import cairn.linux.Usage;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.FileSystem;
import cairn.linux.topology.FileSystems;
import cairn.linux.topology.StorageStack;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who uses a device right now.
///
/// @param how as in `it is mounted at /home`; empty when nobody does
/// @param fileSystems that are mounted and have data on it
/// @param mountedParts the offsets of its partitions that are mounted, or 0 when it is as a whole
public record DeviceUse(
    Optional<String> how, List<FileSystem> fileSystems, Set<Long> mountedParts) {
  public static DeviceUse of(BlockDevice device, StorageStack stack, FileSystems fileSystems)
      throws IOException {
    Set<Long> offsets = new HashSet<>();
    for (BlockDevice above : stack.above(device)) {
      if (above.kind() == BlockDevice.Kind.PARTITION && !fileSystems.on(above.number()).isEmpty()) {
        offsets.add(above.startBytes());
      }
    }
    return new DeviceUse(
        Usage.live().ofDevice(device.number()),
        fileSystems.on(device.number()),
        offsets.isEmpty() ? Set.of(0L) : Set.copyOf(offsets));
  }

  public boolean isInUse() {
    return how.isPresent();
  }
}
