package cairn.engine.capture;

import static java.util.Objects.requireNonNull;

import cairn.linux.CallFailed;
import cairn.linux.DeviceNumber;
import cairn.linux.Errno;
import cairn.linux.NativeFile;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.FileSystem;
import cairn.linux.topology.FileSystems;
import cairn.linux.topology.StorageStack;
import cairn.linux.tracking.ChangeTracker;
import cairn.linux.tracking.TrackedRange;
import cairn.linux.tracking.TrackerUnavailable;
import cairn.storage.Probe;
import cairn.volume.Volume;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
  private final FileSystems fileSystems;
  private final Map<Volume, InUse> inUse = new HashMap<>();
  private final Map<Volume, DeviceUse> uses = new HashMap<>();
  private final Set<FileSystem> frozen = new HashSet<>();
  private final List<String> warnings = new ArrayList<>();
  private final Deque<Closeable> opened = new ArrayDeque<>();
  private Stillness stillness = Stillness.NONE;

  /// How to go about it.
  ///
  /// @param skipFree whether blocks are left out that the file systems say are free
  /// @param freezeMax after which a freeze ends whatever happens
  /// @param trackers where trackers are pinned
  /// @param sleeper for the time that somebody else has frozen a file system
  public record Choice(
      boolean skipFree, Duration freezeMax, Path trackers, Probe.Sleeper sleeper) {}

  private LiveDevices(Choice choice, FileSystems fileSystems) throws IOException {
    this.choice = choice;
    this.fileSystems = fileSystems;
    this.trackers = new KeptTrackers(choice.trackers, stack);
  }

  /// Looks which of the volumes are in use, and begins to track those.
  ///
  /// @throws IOException also when one can be neither tracked nor frozen
  public static LiveDevices open(List<Volume> volumes, Choice choice, RandomGenerator chance)
      throws IOException {
    return open(volumes, choice, chance, FileSystems.live());
  }

  /// @param fileSystems that are mounted
  static LiveDevices open(
      List<Volume> volumes, Choice choice, RandomGenerator chance, FileSystems fileSystems)
      throws IOException {
    LiveDevices devices = new LiveDevices(choice, fileSystems);
    try {
      Map<Path, FileSystem> mountPoints = new LinkedHashMap<>();
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
      Volume volume, BlockDevice device, Map<Path, FileSystem> mountPoints, RandomGenerator chance)
      throws IOException {
    DeviceUse use = DeviceUse.of(device, stack, fileSystems);
    if (!use.isInUse()) {
      claim(Path.of(volume.identity().location()));
      volume.expectRest();
      return;
    }
    for (FileSystem fileSystem : use.fileSystems()) {
      Optional<Path> visible = visibleMountPoint(fileSystem);
      visible.ifPresent(path -> mountPoints.put(path, fileSystem));
      if (visible.isEmpty()) {
        warnings.add(
            fileSystem.mountPoints().getFirst()
                + " is hidden by another mount, so it cannot be frozen");
      }
    }
    Used used =
        choice.skipFree
            ? new AllocatedUse(volume, use, frozen)
            : (still, ranges) -> ranges.range(0, volume.size());
    uses.put(volume, use);
    inUse.put(volume, new InUse(volume, writes(device, use, chance), used));
  }

  /// Nobody comes to use it while it is read, unless without a claim of their own.
  private void claim(Path device) throws IOException {
    try {
      opened.push(NativeFile.open(device, NativeFile.Option.EXCLUSIVE));
    } catch (CallFailed e) {
      if (e.errno() == Errno.EBUSY) {
        throw new IOException(device + " has just come into use: try again", e);
      }
      throw e;
    }
  }

  private Optional<Path> visibleMountPoint(FileSystem fileSystem) {
    return fileSystem.mountPoints().stream()
        .map(Path::of)
        .filter(path -> fileSystems.at(path).filter(fileSystem::equals).isPresent())
        .findFirst();
  }

  private Writes writes(BlockDevice device, DeviceUse use, RandomGenerator chance)
      throws IOException {
    Optional<String> others = use.othersWrite();
    if (others.isPresent()) {
      return unseen(device, others.get());
    }
    try {
      Optional<Writes> kept = kept(device, chance);
      if (kept.isPresent()) {
        return kept.get();
      }
      ChangeTracker tracker = ChangeTracker.attach(rangeOf(device, stack), chance);
      opened.push(tracker::close);
      return new TrackedWrites(tracker, "", chance);
    } catch (TrackerUnavailable e) {
      return unseen(device, String.valueOf(e.getMessage()));
    }
  }

  private Writes unseen(BlockDevice device, String why) {
    warnings.add(
        "writes to "
            + device.name()
            + " cannot be seen, so all of it is read while it is frozen: "
            + why);
    return new UnseenWrites();
  }

  private Optional<Writes> kept(BlockDevice device, RandomGenerator chance) throws IOException {
    Optional<KeptTracker> kept = trackers.find(device.name());
    if (kept.isPresent() && kept.get().state() == KeptTracker.State.USED_UP) {
      kept.get().close();
      var _ = trackers.start(device, chance);
      kept = trackers.find(device.name());
    }
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    opened.push(kept.get());
    Optional<ChangeTracker> tracker = kept.get().tracker();
    if (kept.get().isUsable() && tracker.isPresent()) {
      String id = tracker.get().id().toString();
      String name = DeviceIdentity.of(device, stack).map(same -> id + " of " + same).orElse("");
      return Optional.of(new TrackedWrites(tracker.get(), name, chance));
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
    return Optional.empty();
  }

  /// What to track of the disk beneath a device.
  public static TrackedRange rangeOf(BlockDevice device, StorageStack stack) throws IOException {
    if (device.kind() != BlockDevice.Kind.PARTITION) {
      return new TrackedRange(device.number(), 0, device.sizeBytes());
    }
    BlockDevice disk = stack.beneath(device).getFirst();
    return new TrackedRange(disk.number(), device.startBytes(), device.sizeBytes());
  }

  private void prepareFreeze(Map<Path, FileSystem> mountPoints) throws IOException {
    FreezeStillness freezing =
        new FreezeStillness(List.copyOf(mountPoints.keySet()), choice.freezeMax, choice.sleeper);
    opened.push(freezing);
    freezing.tryOnce();
    stillness = freezing;
    freezing.mountPoints().forEach(path -> frozen.add(requireNonNull(mountPoints.get(path))));
    for (Map.Entry<Volume, InUse> each : inUse.entrySet()) {
      DeviceUse use = requireNonNull(uses.get(each.getKey()));
      if (Way.ofUsed(each.getValue().writes().isSeeing(), standsStill(use)) == Way.REFUSED) {
        throw new IOException(
            each.getKey().identity().location()
                + " can neither be frozen as a whole nor tracked: unmount it, or back it up with"
                + " another kernel; 'cairn doctor' says what is missing");
      }
    }
  }

  /// Whether nobody can write to any of it during a freeze.
  private boolean standsStill(DeviceUse use) {
    return use.isDirect()
        && use.hidden().isEmpty()
        && !use.mounted().isEmpty()
        && frozen.containsAll(use.fileSystems());
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
