package cairn.linux.tracking;

import cairn.linux.BlockTopology;
import cairn.linux.CallFailed;
import cairn.linux.DeviceNumber;
import cairn.linux.FileSystemMount;
import cairn.linux.bpf.TypeInformation;
import cairn.linux.platform.Lockdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Where a kernel shows what is needed to track.
///
/// @param typeInformation the file `btf/vmlinux`
/// @param tracefs mount point; mounted when that is needed and was not done
/// @param sys where sysfs is mounted
public record Kernel(Path typeInformation, Path tracefs, Path sys) {
  private static final String SCSI_DISK = "sd";

  // Drivers whose discards never have several ranges.
  private static final Set<String> SINGLE_RANGE = Set.of("loop", "sd", "xvd", "mmcblk", "nbd");

  public static Kernel live() {
    return new Kernel(
        Path.of("/sys/kernel/btf/vmlinux"), Path.of("/sys/kernel/tracing"), Path.of("/sys"));
  }

  public boolean hasTypeInformation() {
    return Files.isReadable(typeInformation);
  }

  /// The best way to see what is written to a disk.
  ///
  /// @throws TrackerUnavailable when there is none
  Events events(DeviceNumber disk) throws IOException {
    BlockTopology topology = new BlockTopology(sys);
    BlockTopology.Node node =
        topology
            .find(disk)
            .orElseThrow(() -> new TrackerUnavailable("there is no block device " + disk));
    if (Files.exists(node.directory().resolve("partition"))) {
      throw new TrackerUnavailable(
          node.name() + " is a partition: track a range of the disk that it is on");
    }
    if (topology.attribute(node, "queue/dax").equals("1")) {
      throw new TrackerUnavailable(
          node.name()
              + " is memory that programs can write to directly (DAX), which no kernel event"
              + " tells");
    }
    // Made by the kernel for queues of requests, and only for them (block/blk-mq-sysfs.c).
    boolean requests = Files.isDirectory(node.directory().resolve("mq"));
    if (hasTypeInformation()) {
      TypeInformation types = TypeInformation.read(typeInformation);
      Optional<ScsiCommand> commands =
          node.name().startsWith(SCSI_DISK) && requests ? scsiCommands(types) : Optional.empty();
      return new TypedEvents(types, disk, requests, commands);
    }
    if (!requests) {
      throw new TrackerUnavailable(
          node.name()
              + " takes bios, not requests; their end can be seen only by a kernel with type"
              + " information, and there is no "
              + typeInformation);
    }
    List<DeviceNumber> devices = new ArrayList<>();
    topology.overlapping(node).forEach(each -> devices.add(each.number()));
    boolean severalRanges = SINGLE_RANGE.stream().noneMatch(node.name()::startsWith);
    return new PerfEvents(blockEvents(), devices, severalRanges);
  }

  /// Empty when they cannot be read: then each counts as one that may change anything.
  private Optional<ScsiCommand> scsiCommands(TypeInformation types) throws IOException {
    if (Lockdown.read(sys.resolveSibling("")) == Lockdown.CONFIDENTIALITY) {
      return Optional.empty();
    }
    Path module = typeInformation.resolveSibling("scsi_mod");
    return ScsiCommand.of(
        Files.isReadable(module) ? types.with(Files.readAllBytes(module)) : types);
  }

  /// The block events in tracefs, which is mounted for it.
  ///
  /// @throws TrackerUnavailable when it cannot be
  Path blockEvents() throws IOException {
    if (!Files.isDirectory(events())) {
      try {
        FileSystemMount.mount("tracefs", tracefs);
      } catch (CallFailed e) {
        throw new TrackerUnavailable(
            "there is no " + typeInformation + ", and tracefs is of no use: " + e.getMessage(), e);
      }
    }
    if (!hasTracepoints()) {
      throw new TrackerUnavailable(
          "there is no " + typeInformation + ", and no readable tracepoints in " + events());
    }
    return events();
  }

  boolean hasTracepoints() {
    return Files.isReadable(events().resolve(Hook.BIO_QUEUE.tracepoint()).resolve("format"));
  }

  private Path events() {
    return tracefs.resolve("events/block");
  }
}
