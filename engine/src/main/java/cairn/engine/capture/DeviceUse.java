package cairn.engine.capture;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.NativeFile;
import cairn.linux.Usage;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.FileSystem;
import cairn.linux.topology.FileSystems;
import cairn.linux.topology.StorageStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Who uses a device right now.
///
/// @param how as in `it is mounted at /home`; empty when nobody does
/// @param mounted the file systems on each part that are mounted, by the offset of the partition,
///   or 0 when the device is not divided
/// @param hidden parts that somebody uses who is not seen: a mount that this process does not know,
///   a program, a device built upon it
/// @param isDirect whether nothing but partitions is built upon it
public record DeviceUse(
    Optional<String> how,
    Map<Long, List<FileSystem>> mounted,
    List<Part> hidden,
    boolean isDirect) {
  /// Types of file systems that several machines mount at once.
  private static final Set<String> CLUSTER_TYPES = Set.of("gfs2", "ocfs2");

  /// A part of a device, in bytes.
  public record Part(long offset, long length) {}

  public static DeviceUse of(BlockDevice device, StorageStack stack, FileSystems fileSystems)
      throws IOException {
    Finding finding = new Finding(stack, fileSystems);
    List<BlockDevice> partitions =
        stack.above(device).stream().filter(DeviceUse::isPartition).toList();
    for (BlockDevice partition : partitions) {
      finding.look(partition, partition.startBytes());
    }
    if (partitions.isEmpty()) {
      finding.look(device, 0);
    }
    Optional<String> how = Usage.live().ofDevice(device.number());
    if (how.isEmpty() && !finding.hidden.isEmpty()) {
      how = Optional.of("somebody uses it who is not to be seen from here");
    }
    return new DeviceUse(how, finding.mounted, finding.hidden, finding.direct);
  }

  private static boolean isPartition(BlockDevice device) {
    return device.kind() == BlockDevice.Kind.PARTITION;
  }

  private static final class Finding {
    private final StorageStack stack;
    private final FileSystems fileSystems;
    private final Map<Long, List<FileSystem>> mounted = new HashMap<>();
    private final List<Part> hidden = new ArrayList<>();
    private boolean direct = true;

    Finding(StorageStack stack, FileSystems fileSystems) {
      this.stack = stack;
      this.fileSystems = fileSystems;
    }

    void look(BlockDevice part, long offset) throws IOException {
      List<BlockDevice> above = stack.above(part);
      direct &= above.isEmpty();
      List<FileSystem> here = fileSystems.on(part.number());
      if (!here.isEmpty()) {
        mounted.put(offset, here);
      } else if (isHidden(part, above)) {
        hidden.add(new Part(offset, part.sizeBytes()));
      }
    }

    /// What LVM and swap do is in their own headers, which do not change behind anybody's back.
    private static boolean isHidden(BlockDevice part, List<BlockDevice> above) throws IOException {
      if (!above.isEmpty()) {
        return !above.stream().allMatch(each -> each.kind() == BlockDevice.Kind.LVM);
      }
      return Usage.live().ofDevice(part.number()).isEmpty() && isClaimed(part);
    }

    private static boolean isClaimed(BlockDevice part) throws IOException {
      try {
        NativeFile.open(Path.of("/dev", part.name()), NativeFile.Option.EXCLUSIVE).close();
        return false;
      } catch (CallFailed e) {
        return e.errno() == Errno.EBUSY;
      }
    }
  }

  public boolean isInUse() {
    return how.isPresent();
  }

  /// All that are mounted and have data on it.
  public List<FileSystem> fileSystems() {
    return mounted.values().stream().flatMap(List::stream).distinct().toList();
  }

  /// Why others may write to it than this kernel, so that no tracker sees it; empty when none may.
  public Optional<String> othersWrite() {
    return fileSystems().stream()
        .filter(each -> CLUSTER_TYPES.contains(each.type()))
        .findFirst()
        .map(each ->
            "the "
                + each.type()
                + " at "
                + each.mountPoints().getFirst()
                + " is a cluster's, of which other machines may write to it");
  }
}
