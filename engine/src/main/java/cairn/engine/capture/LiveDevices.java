package cairn.engine.capture;

import cairn.linux.DeviceNumber;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.FileSystem;
import cairn.linux.topology.FileSystems;
import cairn.linux.topology.StorageStack;
import cairn.linux.tracking.ChangeTracker;
import cairn.linux.tracking.TrackedRange;
import cairn.linux.tracking.TrackerUnavailable;
import cairn.volume.Volume;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The devices of a run that are in use: a tracker for each, and all their file systems ready to be
/// frozen together. Owns both until close.
public final class LiveDevices implements Closeable {
  private final Choice choice;
  private final StorageStack stack = new StorageStack(Path.of("/"));
  private final KeptTrackers trackers;
  private final FileSystems fileSystems = FileSystems.live();
  private final Map<Volume, InUse> inUse = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final Deque<Closeable> opened = new ArrayDeque<>();
  private Stillness stillness = Stillness.NONE;

  /// How to go about it.
  ///
  /// @param skipFree whether blocks are left out that the file systems say are free
  /// @param freezeMax after which a freeze ends whatever happens
  /// @param trackers where trackers are pinned
  public record Choice(boolean skipFree, Duration freezeMax, Path trackers) {}

  private LiveDevices(Choice choice) throws IOException {
    this.choice = choice;
    this.trackers = new KeptTrackers(choice.trackers, stack);
  }

  /// Looks which of the volumes are in use, and begins to track those.
  ///
  /// @throws IOException also when one can be neither tracked nor frozen
  public static LiveDevices open(List<Volume> volumes, Choice choice, RandomGenerator chance)
      throws IOException {
    LiveDevices devices = new LiveDevices(choice);
    try {
      Set<Path> mountPoints = new LinkedHashSet<>();
      for (Volume volume : volumes) {
        Optional<BlockDevice> device = devices.deviceOf(volume);
        if (device.isPresent()) {
          devices.takeIfUsed(volume, device.get(), mountPoints, chance);
        }
      }
      devices.prepareFreeze(mountPoints);
      return devices;
    } catch (IOException | RuntimeException e) {
      devices.close();
      throw e;
    }
  }

  private Optional<BlockDevice> deviceOf(Volume volume) throws IOException {
    Optional<String> number = volume.identity().device().map(device -> device.number());
    return number.isEmpty() ? Optional.empty() : stack.find(DeviceNumber.parse(number.get()));
  }

  private void takeIfUsed(
      Volume volume, BlockDevice device, Set<Path> mountPoints, RandomGenerator chance)
      throws IOException {
    DeviceUse use = DeviceUse.of(device, stack, fileSystems);
    if (!use.isInUse()) {
      return;
    }
    for (FileSystem fileSystem : use.fileSystems()) {
      mountPoints.add(Path.of(fileSystem.mountPoints().getFirst()));
    }
    Used used =
        choice.skipFree
            ? new AllocatedUse(volume, use.mountedParts())
            : (still, ranges) -> ranges.range(0, volume.size());
    inUse.put(volume, new InUse(volume, writes(device, chance), used));
  }

  private Writes writes(BlockDevice device, RandomGenerator chance) throws IOException {
    Optional<KeptTracker> kept = trackers.find(device.name());
    if (kept.isPresent()) {
      opened.push(kept.get());
      Optional<ChangeTracker> tracker = kept.get().tracker();
      if (kept.get().isUsable() && tracker.isPresent()) {
        return new TrackedWrites(tracker.get(), true);
      }
      String path = "/dev/" + device.name();
      String why = kept.get().why();
      warnings.add(
          "the tracker of "
              + path
              + " is of no use: "
              + why
              + "; 'cairn tracker start "
              + path
              + "' replaces it");
    }
    try {
      ChangeTracker tracker = ChangeTracker.attach(rangeOf(device, stack), chance);
      opened.push(tracker::close);
      return new TrackedWrites(tracker, false);
    } catch (TrackerUnavailable e) {
      warnings.add(
          "writes to "
              + device.name()
              + " cannot be seen, so all of it is read while it is frozen: "
              + e.getMessage());
      return new UnseenWrites();
    }
  }

  /// What to track of the disk beneath a device.
  public static TrackedRange rangeOf(BlockDevice device, StorageStack stack) throws IOException {
    if (device.kind() != BlockDevice.Kind.PARTITION) {
      return new TrackedRange(device.number(), 0, device.sizeBytes());
    }
    BlockDevice disk = stack.beneath(device).getFirst();
    return new TrackedRange(disk.number(), device.startBytes(), device.sizeBytes());
  }

  private void prepareFreeze(Set<Path> mountPoints) throws IOException {
    FreezeStillness freezing = new FreezeStillness(List.copyOf(mountPoints), choice.freezeMax);
    opened.push(freezing);
    freezing.tryOnce();
    stillness = freezing;
    boolean seen = inUse.values().stream().allMatch(use -> use.writes().isSeeing());
    if (Way.ofUsed(seen, freezing.isPossible()) == Way.REFUSED) {
      throw new IOException(
          "the volumes can neither be frozen nor tracked: unmount them, or back them up as another"
              + " user or on another kernel; 'cairn doctor' says what is missing");
    }
  }

  /// Empty when nobody uses the volume.
  public Optional<InUse> inUse(Volume volume) {
    return Optional.ofNullable(inUse.get(volume));
  }

  public Stillness stillness() {
    return stillness;
  }

  /// What a person should know.
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  @Override
  public void close() throws IOException {
    for (Closeable each = opened.poll(); each != null; each = opened.poll()) {
      each.close();
    }
  }
}
