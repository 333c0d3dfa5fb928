package cairn.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Who uses a device or file, as far as the kernel tells. For the sentence that a person reads;
/// what keeps a used device from being written is the exclusive open that follows.
public final class Usage {
  private final Path proc;
  private final BlockTopology topology;

  /// @param proc where `/proc` is mounted
  /// @param sys where sysfs is mounted
  public Usage(Path proc, Path sys) {
    this.proc = proc;
    this.topology = new BlockTopology(sys);
  }

  /// Of the running system.
  public static Usage live() {
    return new Usage(Path.of("/proc"), Path.of("/sys"));
  }

  /// Why the device must not be written, as in `it is mounted at /home`; empty when nobody uses it,
  /// or the disk that it is on, or its partitions.
  public Optional<String> ofDevice(DeviceNumber device) throws IOException {
    Optional<BlockTopology.Node> self = topology.find(device);
    if (self.isEmpty()) {
      return ofNumber(device, "it");
    }
    for (BlockTopology.Node node : topology.overlapping(self.get())) {
      String name = node.number().equals(device) ? "it" : "/dev/" + node.name();
      List<String> holders = topology.holders(node);
      if (!holders.isEmpty()) {
        return Optional.of(name + " is part of " + String.join(", ", holders));
      }
      Optional<String> use = ofNumber(node.number(), name);
      if (use.isPresent()) {
        return use;
      }
    }
    return Optional.empty();
  }

  /// As [#ofDevice], of a regular file: swapped to, or behind a loop device.
  public Optional<String> ofFile(FileStatus file) throws IOException {
    for (String swap : Mounts.swaps(proc)) {
      if (status(swap).filter(file::isSameFile).isPresent()) {
        return Optional.of("it is used as swap");
      }
    }
    for (BlockTopology.Loop loop : topology.loops()) {
      if (status(loop.backing()).filter(file::isSameFile).isPresent()) {
        return Optional.of("it is what /dev/" + loop.name() + " shows");
      }
    }
    return Optional.empty();
  }

  private Optional<String> ofNumber(DeviceNumber device, String name) throws IOException {
    for (Mounts.Mount mount : Mounts.mounted(proc)) {
      if (mount.device().equals(device) || isDevice(mount.source(), device)) {
        return Optional.of(name + " is mounted at " + mount.mountPoint());
      }
    }
    for (String swap : Mounts.swaps(proc)) {
      if (isDevice(swap, device)) {
        return Optional.of(name + " is used as swap");
      }
    }
    for (BlockTopology.Loop loop : topology.loops()) {
      if (isDevice(loop.backing(), device)) {
        return Optional.of(name + " is what /dev/" + loop.name() + " shows");
      }
    }
    return Optional.empty();
  }

  private static boolean isDevice(String path, DeviceNumber device) throws IOException {
    return path.startsWith("/")
        && status(path)
            .filter(status -> status.type() == FileStatus.Type.BLOCK_DEVICE)
            .filter(status -> status.device().equals(device))
            .isPresent();
  }

  // A name that leads nowhere any more, or that this process may not follow, tells nothing.
  private static Optional<FileStatus> status(String path) throws IOException {
    try {
      return Optional.of(FileStatus.of(Path.of(path)));
    } catch (CallFailed | java.nio.file.InvalidPathException e) {
      return Optional.empty();
    }
  }
}
