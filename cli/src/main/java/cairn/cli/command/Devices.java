package cairn.cli.command;

import cairn.cli.shell.UsageError;
import cairn.engine.capture.KeptTrackers;
import cairn.linux.CallFailed;
import cairn.linux.FileStatus;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.FileSystems;
import cairn.linux.topology.LocalDisks;
import cairn.linux.topology.StorageStack;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The block devices that a command line means.
record Devices(StorageStack stack) {
  static Devices live() {
    return new Devices(new StorageStack(Path.of("/")));
  }

  static String path(String name) {
    return "/dev/" + name;
  }

  /// @throws IOException also when one of them is none
  List<BlockDevice> named(List<String> names) throws IOException {
    List<BlockDevice> devices = new ArrayList<>();
    for (String name : names) {
      Optional<BlockDevice> device = find(name);
      devices.add(
          device.orElseThrow(() ->
              new IOException(
                  "there is no block device " + name + "; name one, such as /dev/sda")));
    }
    return devices;
  }

  /// The disks that this machine consists of.
  ///
  /// @throws IOException saying why each disk was left out, when none is left
  List<BlockDevice> ofThisMachine() throws IOException {
    LocalDisks disks = LocalDisks.choose(stack, FileSystems.live());
    if (disks.chosen().isEmpty()) {
      String why =
          disks.excluded().stream()
              .map(each -> each.name() + " " + each.reason())
              .collect(Collectors.joining(", "));
      throw new IOException("there is no local disk with a mounted file system: " + why);
    }
    return disks.chosen().stream().map(LocalDisks.Choice::disk).toList();
  }

  /// All disks that have a medium, and what is built on them that holds mounted file systems.
  List<BlockDevice> worthALook(FileSystems fileSystems) throws IOException {
    List<BlockDevice> devices = new ArrayList<>();
    for (BlockDevice device : stack.wholes()) {
      boolean wanted =
          switch (device.kind()) {
            case DISK -> device.sizeBytes() > 0;
            case MULTIPATH, LVM, CRYPT, MAPPED, RAID, NETWORK ->
                !fileSystems.on(device.number()).isEmpty();
            default -> false;
          };
      if (wanted) {
        devices.add(device);
      }
    }
    return devices;
  }

  /// What the kernel calls the devices, which may be there no more; those of all trackers when none
  /// is named.
  List<String> kernelNames(List<String> names, KeptTrackers trackers) throws IOException {
    if (names.isEmpty()) {
      return trackers.names();
    }
    List<String> kernelNames = new ArrayList<>();
    for (String name : names) {
      Optional<BlockDevice> device = find(name);
      kernelNames.add(device.isPresent() ? device.get().name() : lastPart(name));
    }
    return kernelNames;
  }

  private static String lastPart(String name) throws UsageError {
    String last = name.substring(name.lastIndexOf('/') + 1);
    if (last.isEmpty() || last.startsWith(".")) {
      throw new UsageError("'" + name + "' is no device; name one, such as /dev/sda");
    }
    return last;
  }

  private Optional<BlockDevice> find(String name) throws IOException {
    try {
      FileStatus status = FileStatus.of(Path.of(name));
      return status.type() == FileStatus.Type.BLOCK_DEVICE
          ? stack.find(status.device())
          : Optional.empty();
    } catch (CallFailed | InvalidPathException e) {
      return Optional.empty();
    }
  }
}
