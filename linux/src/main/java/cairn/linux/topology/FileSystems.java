package cairn.linux.topology;

import cairn.linux.BlockTopology;
import cairn.linux.BlockTopology.Node;
import cairn.linux.CallFailed;
import cairn.linux.DeviceNumber;
import cairn.linux.FileStatus;
import cairn.linux.Mounts;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All mounted file systems at one moment, and how they lie upon devices and upon each other.
public final class FileSystems {
  private final BlockTopology topology;
  private final List<FileSystem> all;

  // In the order of mounting: the last of those at one place is the one that is seen.
  private final List<Mounts.Mount> mounts;

  private FileSystems(BlockTopology topology, List<Mounts.Mount> mounts) throws IOException {
    this.topology = topology;
    this.mounts = mounts;
    this.all = collect();
  }

  /// @param proc where `/proc` is mounted
  /// @param sys where sysfs is mounted
  public static FileSystems read(Path proc, Path sys) throws IOException {
    return new FileSystems(new BlockTopology(sys), Mounts.mounted(proc));
  }

  /// Of the running system.
  public static FileSystems live() throws IOException {
    return read(Path.of("/proc"), Path.of("/sys"));
  }

  public List<FileSystem> all() {
    return all;
  }

  /// The file system that the path lies on, by what is mounted where; symbolic links are not
  /// followed.
  public Optional<FileSystem> at(Path absolute) {
    Mounts.Mount best = null;
    for (Mounts.Mount mount : mounts) {
      boolean covers = isBelow(absolute, mount.mountPoint());
      if (covers && (best == null || isBelow(Path.of(mount.mountPoint()), best.mountPoint()))) {
        best = mount;
      }
    }
    return best == null ? Optional.empty() : byNumber(best.device());
  }

  /// The file systems with data on this device, or on what is built upon it, or on loop devices
  /// that show it or files on it, however deep.
  public List<FileSystem> on(DeviceNumber device) throws IOException {
    List<FileSystem> found = new ArrayList<>();
    for (FileSystem fileSystem : all) {
      if (foundation(fileSystem).devices().contains(device)) {
        found.add(fileSystem);
      }
    }
    return found;
  }

  /// The file systems that hold what this one lies on: those of its loop devices' files.
  public List<FileSystem> beneath(FileSystem fileSystem) throws IOException {
    return List.copyOf(foundation(fileSystem).fileSystems());
  }

  /// The devices that this one is built upon, however deep, itself included.
  public Set<DeviceNumber> beneath(DeviceNumber device) throws IOException {
    return explore(List.of(device)).devices();
  }

  private Foundation foundation(FileSystem fileSystem) throws IOException {
    return explore(List.copyOf(fileSystem.devices()));
  }

  /// What something lies on, however deep.
  private record Foundation(Set<DeviceNumber> devices, Set<FileSystem> fileSystems) {}

  private Foundation explore(List<DeviceNumber> from) throws IOException {
    Foundation found = new Foundation(new LinkedHashSet<>(), new LinkedHashSet<>());
    Deque<DeviceNumber> open = new ArrayDeque<>(from);
    while (!open.isEmpty()) {
      DeviceNumber number = open.pop();
      Optional<Node> node = topology.find(number);
      if (found.devices().add(number) && node.isPresent()) {
        topology.beneath(node.get()).forEach(each -> open.add(each.number()));
        Optional<String> backing = topology.backing(node.get());
        if (backing.isPresent()) {
          addBacking(backing.get(), found, open);
        }
      }
    }
    return found;
  }

  private void addBacking(String path, Foundation found, Deque<DeviceNumber> open)
      throws IOException {
    Optional<FileStatus> status = status(path);
    if (status.isPresent() && status.get().type() == FileStatus.Type.BLOCK_DEVICE) {
      open.add(status.get().device());
      return;
    }
    // The path comes second: the name may be gone, or be of another process's view of the files.
    Optional<FileSystem> below = status.flatMap(each -> byNumber(each.fileSystem()));
    if (below.isEmpty() && path.startsWith("/")) {
      below = at(Path.of(path));
    }
    if (below.isPresent() && found.fileSystems().add(below.get())) {
      open.addAll(below.get().devices());
    }
  }

  private Optional<FileSystem> byNumber(DeviceNumber number) {
    return all.stream().filter(each -> each.number().equals(number)).findFirst();
  }

  private List<FileSystem> collect() throws IOException {
    Map<DeviceNumber, List<Mounts.Mount>> groups = new LinkedHashMap<>();
    for (Mounts.Mount mount : mounts) {
      groups.computeIfAbsent(mount.device(), key -> new ArrayList<>()).add(mount);
    }
    List<FileSystem> collected = new ArrayList<>();
    for (List<Mounts.Mount> group : groups.values()) {
      Mounts.Mount first = group.getFirst();
      collected.add(
          new FileSystem(
              first.device(),
              first.type(),
              first.source(),
              group.stream().map(Mounts.Mount::mountPoint).toList(),
              devices(first)));
    }
    return List.copyOf(collected);
  }

  private Set<DeviceNumber> devices(Mounts.Mount mount) throws IOException {
    if (topology.find(mount.device()).isPresent()) {
      return Set.of(mount.device());
    }
    Set<DeviceNumber> devices = new LinkedHashSet<>();
    // File systems of several devices may name them all, with colons between.
    for (String source : mount.source().split(":(?=/)", -1)) {
      status(source)
          .filter(status -> status.type() == FileStatus.Type.BLOCK_DEVICE)
          .ifPresent(status -> devices.add(status.device()));
    }
    if (mount.type().equals("btrfs")) {
      for (List<Node> members : topology.btrfsDevices()) {
        if (members.stream().anyMatch(each -> devices.contains(each.number()))) {
          members.forEach(each -> devices.add(each.number()));
        }
      }
    }
    return devices;
  }

  private static boolean isBelow(Path path, String mountPoint) {
    return path.startsWith(mountPoint);
  }

  // A name that leads nowhere, or that this process may not follow, tells nothing.
  private static Optional<FileStatus> status(String path) throws IOException {
    if (!path.startsWith("/")) {
      return Optional.empty();
    }
    try {
      return Optional.of(FileStatus.of(Path.of(path)));
    } catch (CallFailed | InvalidPathException e) {
      return Optional.empty();
    }
  }
}
