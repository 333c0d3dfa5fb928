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
import cairn.volume.SnapshotVolume;
import cairn.volume.Volume;
import cairn.volume.Volumes;
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
  private final LvmSnapshots snapshots;
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
  /// @param way to take; empty for the best that is possible
  /// @param freezeMax after which a freeze ends whatever happens
  /// @param trackers where trackers are pinned
  /// @param sleeper for the time that somebody else has frozen a file system
  public record Choice(
      boolean skipFree,
      Optional<Way> way,
      Duration freezeMax,
      Path trackers,
      Probe.Sleeper sleeper) {}

  private LiveDevices(Choice choice, LvmSnapshots snapshots, FileSystems fileSystems)
      throws IOException {
    this.choice = choice;
    this.snapshots = snapshots;
    this.fileSystems = fileSystems;
    this.trackers = new KeptTrackers(choice.trackers, stack);
  }

  /// Looks which of the volumes are in use, and begins to track those, or takes snapshots.
  ///
  /// @param snapshots of devices that cannot be tracked; to be removed by the caller after this is
  ///   closed
  /// @throws IOException also when one can be neither tracked nor frozen
  public static LiveDevices open(
      List<Volume> volumes, Choice choice, LvmSnapshots snapshots, RandomGenerator chance)
      throws IOException {
    return open(volumes, choice, snapshots, chance, FileSystems.live());
  }

  /// @param fileSystems that are mounted
  static LiveDevices open(
      List<Volume> volumes,
      Choice choice,
      LvmSnapshots snapshots,
      RandomGenerator chance,
      FileSystems fileSystems)
      throws IOException {
    LiveDevices devices = new LiveDevices(choice, snapshots, fileSystems);
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
    Optional<Writes> seen = writes(device, use, chance);
    if (seen.isEmpty()) {
      takeSnapshot(volume, device, use);
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
    Used used = used(volume, use, frozen);
    uses.put(volume, use);
    inUse.put(volume, new InUse(volume, seen.get(), used));
  }

  /// Its file systems were frozen when it was taken.
  private void takeSnapshot(Volume volume, BlockDevice device, DeviceUse use) throws IOException {
    Path taken = snapshots.take(device, use);
    Volume kept =
        SnapshotVolume.of(volume, Volumes.open(taken.toString()), () -> snapshots.loss(taken));
    opened.push(kept);
    Used used = used(kept, use, Set.copyOf(use.fileSystems()));
    Used still = (always, ranges) -> used.visit(true, ranges);
    inUse.put(volume, new InUse(kept, new UntrackedWrites(true), still));
  }

  private Used used(Volume volume, DeviceUse use, Set<FileSystem> standingStill) {
    return choice.skipFree
        ? new AllocatedUse(volume, use, standingStill)
        : (still, ranges) -> ranges.range(0, volume.size());
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

  /// Empty when there is to be a snapshot in place of it.
  private Optional<Writes> writes(BlockDevice device, DeviceUse use, RandomGenerator chance)
      throws IOException {
    if (choice.way.isPresent() && choice.way.get() != Way.CONVERGE) {
      return choice.way.get() == Way.SNAPSHOT
          ? Optional.empty()
          : Optional.of(new UntrackedWrites(false));
    }
    Optional<String> others = use.othersWrite();
    if (others.isPresent()) {
      return unseen(device, use, others.get());
    }
    try {
      Optional<Writes> kept = kept(device, chance);
      if (kept.isPresent()) {
        return kept;
      }
      ChangeTracker tracker = ChangeTracker.attach(rangeOf(device, stack), chance);
      opened.push(tracker::close);
      return Optional.of(new TrackedWrites(tracker, "", chance));
    } catch (TrackerUnavailable e) {
      return unseen(device, use, String.valueOf(e.getMessage()));
    }
  }

  private Optional<Writes> unseen(BlockDevice device, DeviceUse use, String why)
      throws IOException {
    String unseen = "writes to " + device.name() + " cannot be seen";
    if (choice.way.isPresent()) {
      throw new IOException(unseen + ": " + why + "; leave it to Cairn which way to take");
    }
    boolean snapshot = snapshots.objection(device, use).isEmpty();
    warnings.add(
        unseen
            + (snapshot
                ? ", so a snapshot of it is read: "
                : ", so all of it is read while it is frozen: ")
            + why);
    return snapshot ? Optional.empty() : Optional.of(new UntrackedWrites(false));
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
      boolean seen = each.getValue().writes().isSeeing();
      if (Way.ofUsed(seen, false, !seen && standsStill(each.getKey())) == Way.REFUSED) {
        throw new IOException(
            each.getKey().identity().location()
                + " can neither be frozen as a whole nor tracked: unmount it, or back it up with"
                + " another kernel; 'cairn doctor' says what is missing");
      }
    }
  }

  /// Whether nobody can write to any of it during a freeze.
  private boolean standsStill(Volume volume) {
    DeviceUse use = requireNonNull(uses.get(volume));
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
    List<String> all = new ArrayList<>(warnings);
    all.addAll(snapshots.warnings());
    if (inUse.size() > 1) {
      inUse.values().stream()
          .filter(each -> each.writes().isOver())
          .forEach(each ->
              all.add(
                  each.volume().identity().location()
                      + " is captured by a snapshot of its own, so that it is not of the same"
                      + " moment as the others"));
    }
    return all;
  }

  @Override
  public void close() throws IOException {
    for (Closeable each = opened.poll(); each != null; each = opened.poll()) {
      each.close();
    }
  }
}
