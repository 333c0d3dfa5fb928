package cairn.linux.topology;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Which disks a machine consists of: those of its own that hold a mounted file system.
///
/// @param chosen whole disks, in the order of the kernel
/// @param excluded everything else, with the reason
public record LocalDisks(List<Choice> chosen, List<Exclusion> excluded) {
  /// @param fileSystems that have data on the disk, the uppermost included; not empty
  public record Choice(BlockDevice disk, List<FileSystem> fileSystems) {}

  /// @param name of a device, or the mount point of a file system that lies on no device
  /// @param reason such as `is memory`, to be put after the name
  public record Exclusion(String name, String reason) {}

  private static final Set<String> OF_OTHER_MACHINES =
      Set.of(
          "nfs",
          "nfs4",
          "cifs",
          "smb3",
          "ceph",
          "9p",
          "afs",
          "ocfs2",
          "glusterfs",
          "lustre",
          "fuse.sshfs",
          "fuse.glusterfs",
          "fuse.ceph-fuse",
          "fuse.rclone",
          "fuse.s3fs",
          "virtiofs");

  private static final Set<String> OVER_A_NETWORK = Set.of("iscsi", "tcp", "rdma");

  /// @param fileSystems that are mounted
  public static LocalDisks choose(StorageStack stack, FileSystems fileSystems) throws IOException {
    List<Choice> chosen = new ArrayList<>();
    List<Exclusion> excluded = new ArrayList<>();
    for (BlockDevice device : stack.wholes()) {
      List<FileSystem> holds = fileSystems.on(device.number());
      String objection = objection(device, holds, stack);
      if (objection.isEmpty()) {
        chosen.add(new Choice(device, holds));
      } else {
        excluded.add(new Exclusion("/dev/" + device.name(), objection));
      }
    }
    for (FileSystem fileSystem : fileSystems.all()) {
      String objection = objection(fileSystem);
      if (!objection.isEmpty()) {
        excluded.add(new Exclusion(fileSystem.mountPoints().getFirst(), objection));
      }
    }
    return new LocalDisks(List.copyOf(chosen), List.copyOf(excluded));
  }

  private static String objection(BlockDevice device, List<FileSystem> holds, StorageStack stack)
      throws IOException {
    BlockDevice.Traits traits = device.traits();
    return switch (device.kind()) {
      case DISK, MULTIPATH -> {
        if (device.sizeBytes() == 0) {
          yield "has no medium";
        }
        if (traits.removable()) {
          yield "is removable";
        }
        if (OVER_A_NETWORK.contains(traits.transport())) {
          yield "is a disk of another machine, reached by " + traits.transport();
        }
        if (isPath(device, stack)) {
          yield "is one path of several to a multipath disk";
        }
        if (holds.isEmpty()) {
          yield "holds no mounted file system";
        }
        // A machine may boot from a stick; what is merely plugged in is not part of it.
        boolean root = holds.stream().anyMatch(each -> each.mountPoints().contains("/"));
        yield traits.transport().equals("usb") && !root ? "is plugged in by USB" : "";
      }
      case PARTITION, LVM, CRYPT, MAPPED, RAID ->
          "is " + device.kind().description() + onWhat(device, stack);
      case LOOP ->
          device.backing().isEmpty()
              ? "is not set up"
              : "is a loop device over " + device.backing();
      default -> "is " + device.kind().description();
    };
  }

  private static boolean isPath(BlockDevice device, StorageStack stack) throws IOException {
    return stack.above(device).stream().anyMatch(each -> each.kind() == BlockDevice.Kind.MULTIPATH);
  }

  private static String onWhat(BlockDevice device, StorageStack stack) throws IOException {
    List<String> names = stack.beneath(device).stream().map(BlockDevice::name).toList();
    return names.isEmpty() ? "" : " on " + String.join(", ", names);
  }

  private static String objection(FileSystem fileSystem) {
    if (OF_OTHER_MACHINES.contains(fileSystem.type())) {
      return "is a file system of another machine (" + fileSystem.type() + ")";
    }
    return fileSystem.type().equals("zfs")
        ? "is a ZFS, whose disks cannot be told; name them to back them up"
        : "";
  }
}
