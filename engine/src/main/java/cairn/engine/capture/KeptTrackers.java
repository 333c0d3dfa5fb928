package cairn.engine.capture;

import cairn.linux.CallFailed;
import cairn.linux.FileSystemMount;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.StorageStack;
import cairn.linux.tracking.ChangeTracker;
import cairn.linux.tracking.Loss;
import cairn.linux.tracking.Reopened;
import cairn.linux.tracking.TrackedRange;
import cairn.linux.tracking.TrackerUnavailable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The trackers that go on between backups: one for each device, in a folder of its name below a
/// bpffs. A backup that finds one there reads what was written to, and no more.
public final class KeptTrackers {
  /// A tracker that cannot advance so often any more is replaced: a backup takes up to so many.
  private static final int GENERATIONS_MIN = 40;

  private static final String FILE_SYSTEM = "bpf";
  private static final String OWNER_ONLY = "rwx------";

  private final Path folder;
  private final StorageStack stack;

  /// @param folder in the top of a bpffs, which [#start] mounts if it is not
  public KeptTrackers(Path folder, StorageStack stack) {
    this.folder = folder;
    this.stack = stack;
  }

  /// What came of [#start].
  public sealed interface Started {
    /// One that is good was there, and is.
    record Already() implements Started {}

    /// A new one tracks from now on; the next backup reads everything.
    ///
    /// @param replaced why the one before was given up, half a sentence; empty when there was none
    record Anew(Optional<String> replaced) implements Started {}
  }

  /// The names of the devices that trackers are kept for, whatever has become of them.
  public List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return names.stream().sorted().toList();
  }

  /// The tracker that is kept for a device; empty when there is none.
  public Optional<KeptTracker> find(String name) throws IOException {
    Path pin = folder.resolve(name);
    if (!Files.exists(pin, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    return Optional.of(
        switch (ChangeTracker.openPinned(pin)) {
          case Reopened.Found found -> judge(name, found.tracker());
          case Reopened.Refused refused -> broken(name, refused.reason());
        });
  }

  /// Keeps a tracker for a device from now on, if there is no good one already.
  ///
  /// @throws TrackerUnavailable when this kernel, or the rights of this process, do not allow it
  public Started start(BlockDevice device, RandomGenerator chance) throws IOException {
    if (device.sizeBytes() == 0) {
      throw new IOException("there is nothing behind /dev/" + device.name());
    }
    Optional<String> replaced = Optional.empty();
    Optional<KeptTracker> before = find(device.name());
    if (before.isPresent()) {
      try (KeptTracker kept = before.get()) {
        if (kept.isUsable()) {
          return new Started.Already();
        }
        replaced = Optional.of(kept.why());
      }
    }
    prepareFolder();
    try (ChangeTracker tracker = ChangeTracker.attach(LiveDevices.rangeOf(device, stack), chance)) {
      ChangeTracker.unpin(folder.resolve(device.name()));
      Optional<String> unpinnable = tracker.pin(folder.resolve(device.name()));
      if (unpinnable.isPresent()) {
        throw new TrackerUnavailable(unpinnable.get());
      }
      return new Started.Anew(replaced);
    }
  }

  /// Ends the tracker that is kept for a device, or what is left of it.
  ///
  /// @return false when there is none
  public boolean stop(String name) throws IOException {
    Path pin = folder.resolve(name);
    boolean there = Files.exists(pin, LinkOption.NOFOLLOW_LINKS);
    ChangeTracker.unpin(pin);
    return there;
  }

  private KeptTracker judge(String name, ChangeTracker tracker) throws IOException {
    Optional<BlockDevice> device = device(name, tracker.range());
    KeptTracker.State state = KeptTracker.State.TRACKING;
    String why = "";
    if (device.isEmpty()) {
      state = KeptTracker.State.GONE;
      why = "what it tracks is not /dev/" + name + " any more";
    } else if (tracker.generationsLeft() < GENERATIONS_MIN) {
      state = KeptTracker.State.USED_UP;
      why = "it has come to its last generations";
    } else if (!tracker.knowsSince(tracker.generation())) {
      state = KeptTracker.State.LOST;
      why = tracker.loss().map(Loss::sentence).orElse("it did not see every write");
    }
    return new KeptTracker(name, device, state, why, Optional.of(tracker));
  }

  /// The device of that name, if it is still what is tracked.
  private Optional<BlockDevice> device(String name, TrackedRange range) throws IOException {
    Optional<BlockDevice> disk = stack.find(range.disk());
    if (disk.isEmpty()) {
      return disk;
    }
    List<BlockDevice> candidates = new ArrayList<>(stack.above(disk.get()));
    candidates.add(disk.get());
    for (BlockDevice candidate : candidates) {
      if (candidate.name().equals(name)
          && candidate.sizeBytes() > 0
          && LiveDevices.rangeOf(candidate, stack).equals(range)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  private static KeptTracker broken(String name, String why) {
    return new KeptTracker(name, Optional.empty(), KeptTracker.State.BROKEN, why, Optional.empty());
  }

  private void prepareFolder() throws IOException {
    Path top = Objects.requireNonNull(folder.getParent(), "a folder in a bpffs");
    if (!Files.isDirectory(top)) {
      throw new TrackerUnavailable("this kernel keeps no trackers: there is no " + top);
    }
    if (!Files.getFileStore(top).type().equals(FILE_SYSTEM)) {
      mount(top);
    }
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
    }
  }

  private static void mount(Path top) throws IOException {
    try {
      FileSystemMount.mount(FILE_SYSTEM, top);
    } catch (CallFailed e) {
      throw new TrackerUnavailable(
          "the file system that keeps trackers cannot be mounted: " + e.getMessage(), e);
    }
    Files.setPosixFilePermissions(top, PosixFilePermissions.fromString(OWNER_ONLY));
  }
}
