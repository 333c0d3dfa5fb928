package cairn.engine.capture;

import cairn.engine.capture.Outlook.Obstacle;
import cairn.filesystem.UsedRanges;
import cairn.filesystem.used.Moment;
import cairn.linux.freeze.Freezable;
import cairn.linux.platform.Privileges;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.FileSystem;
import cairn.linux.topology.FileSystems;
import cairn.linux.topology.StorageStack;
import cairn.linux.tracking.TrackingSupport;
import cairn.volume.Volume;
import cairn.volume.Volumes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Foresees backups: finds out what [LiveDevices] will come upon, without a program in the kernel
/// and without a freeze.
public final class Outlooks {
  private static final String NONE = "none";

  private final StorageStack stack;
  private final FileSystems fileSystems;
  private final KeptTrackers trackers;
  private final Privileges privileges;
  private final LvmSnapshots snapshots;

  /// @param snapshots that could be taken
  public Outlooks(
      StorageStack stack,
      FileSystems fileSystems,
      Path trackers,
      Privileges privileges,
      LvmSnapshots snapshots) {
    this.snapshots = snapshots;
    this.stack = stack;
    this.fileSystems = fileSystems;
    this.trackers = new KeptTrackers(trackers, stack);
    this.privileges = privileges;
  }

  public Outlook of(BlockDevice device) throws IOException {
    DeviceUse use = DeviceUse.of(device, stack, fileSystems);
    List<Obstacle> obstacles = new ArrayList<>();
    String tracker = tracker(device, use, obstacles);
    try (Volume volume = Volumes.open("/dev/" + device.name())) {
      if (!use.isInUse()) {
        return new Outlook(device, use, Way.PLAIN, tracker, obstacles, List.of());
      }
      Way way = wayOfUsed(device, use, obstacles);
      return new Outlook(device, use, way, tracker, obstacles, free(volume, use));
    } catch (IOException e) {
      Obstacle obstacle = unreadable(device, String.valueOf(e.getMessage()));
      return new Outlook(device, use, Way.REFUSED, tracker, List.of(obstacle), List.of());
    }
  }

  private static Obstacle unreadable(BlockDevice device, String message) {
    String[] parts =
        message.replace("cannot back up /dev/" + device.name() + ": ", "").split("; ", 2);
    return new Obstacle(
        "way to read it", parts[0], parts.length > 1 ? parts[1] : "see to that first");
  }

  private String tracker(BlockDevice device, DeviceUse use, List<Obstacle> obstacles) {
    String state = NONE;
    String why = "there is no tracker";
    try {
      Optional<KeptTracker> found = trackers.find(device.name());
      if (found.isPresent()) {
        try (KeptTracker kept = found.get()) {
          state = kept.state().word();
          why = kept.why();
        }
      }
    } catch (IOException e) {
      state = "unknown";
      why = "its tracker cannot be looked at: " + e.getMessage();
    }
    if (use.isInUse() && !why.isEmpty()) {
      obstacles.add(
          new Obstacle(
              "reading of the changes alone",
              why,
              "'cairn tracker start /dev/" + device.name() + "' helps the backups after the next"));
    }
    return state;
  }

  private Way wayOfUsed(BlockDevice device, DeviceUse use, List<Obstacle> obstacles)
      throws IOException {
    Optional<String> unseen = unseen(device, use, obstacles);
    boolean snapshot = unseen.isPresent() && snapshot(device, use, obstacles);
    List<String> unfreezable = new ArrayList<>();
    for (FileSystem fileSystem : use.fileSystems()) {
      if (!Freezable.isType(fileSystem.type())) {
        unfreezable.add(fileSystem.type() + " at " + fileSystem.mountPoints().getFirst());
      }
    }
    boolean privileged = privileges.has(Privileges.Capability.SYS_ADMIN);
    boolean freezes = privileged && unfreezable.size() < use.fileSystems().size();
    if (!privileged) {
      obstacles.add(new Obstacle("freeze", "it takes CAP_SYS_ADMIN", "run it as root"));
    } else if (!freezes || !unfreezable.isEmpty()) {
      obstacles.add(
          new Obstacle(
              freezes ? "freeze of all of it" : "freeze",
              use.fileSystems().isEmpty()
                  ? "none of its file systems is mounted, but " + use.how().orElse("it is in use")
                  : String.join(", ", unfreezable) + " has nothing to freeze",
              unseen.isEmpty()
                  ? "it is read again until nobody writes meanwhile, so keep it quiet"
                  : "unmount it, or stop what uses it"));
    }
    return Way.ofUsed(unseen.isEmpty(), snapshot, freezes);
  }

  private boolean snapshot(BlockDevice device, DeviceUse use, List<Obstacle> obstacles) {
    Optional<String> objection = snapshots.objection(device, use);
    objection.ifPresent(why ->
        obstacles.add(
            new Obstacle(
                "snapshot",
                why,
                "it takes a logical volume, the package lvm2, and free space in its group")));
    return objection.isEmpty();
  }

  /// Why no tracker sees the writes to it.
  private Optional<String> unseen(BlockDevice device, DeviceUse use, List<Obstacle> obstacles)
      throws IOException {
    Optional<String> others = use.othersWrite();
    Optional<String> unseen =
        others.isPresent()
            ? others
            : TrackingSupport.objection(LiveDevices.rangeOf(device, stack).disk());
    if (unseen.isPresent()) {
      obstacles.clear(); // nor can a tracker be started
      String remedy =
          others.isPresent()
              ? "unmount it everywhere, or have it frozen for as long as it takes to read"
              : "it takes root, a kernel with BPF and BTF, and a disk that is written by requests";
      obstacles.add(new Obstacle("converge", unseen.get(), remedy));
    }
    return unseen;
  }

  /// The maps are those of this moment; what a backup goes by is read while they stand still.
  private static List<String> free(Volume volume, DeviceUse use) throws IOException {
    UsedRanges ranges =
        UsedRanges.visit(
            volume,
            (offset, length) -> use.mounted().containsKey(offset) ? Moment.LIVE : Moment.AT_REST,
            (offset, length) -> {});
    return ranges.parts().stream().map(UsedRanges.PartUse::sentence).toList();
  }
}
