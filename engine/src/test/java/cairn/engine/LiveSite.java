package cairn.engine;

import cairn.base.block.BlockSink;
import cairn.base.test.Seed;
import cairn.engine.backup.Backup;
import cairn.engine.backup.BackupReport;
import cairn.engine.backup.BackupRequest;
import cairn.engine.backup.BackupRequest.NamedVolume;
import cairn.engine.backup.BackupRequest.Parent;
import cairn.engine.capture.Converge;
import cairn.engine.capture.InUse;
import cairn.engine.capture.LiveDevices;
import cairn.engine.capture.LvmSnapshots;
import cairn.engine.capture.Stillness;
import cairn.engine.restore.Restore;
import cairn.engine.restore.RestoreRequest;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import cairn.linux.test.TestDevice;
import cairn.linux.test.TestDevice.Given;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.volume.SinkOptions;
import cairn.volume.Sinks;
import cairn.volume.Volume;
import cairn.volume.Volumes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A mounted file system that somebody writes to, and a repository to back it up to. What the
/// device holds at the moment of each freeze is kept for comparison.
final class LiveSite implements AutoCloseable {
  /// The device to use in place of a loop device; what it holds is lost.
  private static final @Nullable String GIVEN = System.getProperty("live.device");

  final Path folder;
  final Lab lab;
  final TestDevice device;
  final Mounted mounted;
  final Path mountPoint;
  private final Path trackers;
  private final RandomGenerator chance;
  private final Churn churn;

  /// Makes a file system on a device and mounts it.
  interface Maker {
    Mounted make(TestDevice device, Path directory) throws IOException;
  }

  LiveSite(Path folder, Lab lab, Maker maker, long bytes, Seed seed) throws IOException {
    this.folder = folder;
    this.lab = lab;
    this.chance = seed.random();
    this.trackers = folder.resolve("no-trackers");
    this.device = GIVEN == null ? loop(folder.resolve("image"), bytes) : new Given(Path.of(GIVEN));
    this.mountPoint = folder.resolve("mounted");
    this.mounted = maker.make(device, mountPoint);
    this.churn = new Churn(mountPoint, seed.split(1).random());
  }

  private static LoopDevice loop(Path image, long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(bytes);
    }
    return LoopDevice.over(image);
  }

  void writeALittle() throws IOException {
    for (int i = 0; i < 50; i++) {
      churn.step();
    }
  }

  /// Backs it up while somebody writes.
  BackupReport backup(Parent parent) throws Exception {
    churn.start();
    try {
      return backup(parent, trackers, UnaryOperator.identity());
    } finally {
      churn.stop();
    }
  }

  /// @param trackers where trackers are pinned
  /// @param view what is seen of the device's use
  BackupReport backup(Parent parent, Path trackers, UnaryOperator<InUse> view) throws Exception {
    LiveDevices.Choice choice =
        new LiveDevices.Choice(
            true, Optional.empty(), Duration.ofSeconds(20), trackers, Thread::sleep);
    try (Volume volume = Volumes.open(device.toString());
        LiveDevices live =
            LiveDevices.open(
                List.of(volume),
                choice,
                LvmSnapshots.live(lab.surroundings.owner(), chance),
                chance)) {
      Optional<InUse> inUse = live.inUse(volume).map(view);
      BackupRequest.Sources sources =
          new BackupRequest.Sources(
              List.of(new NamedVolume("image", volume, inUse)),
              new Kept(live.stillness()),
              Converge.Limits.DEFAULT.withLongest(Duration.ofSeconds(20)));
      BackupRequest request = new BackupRequest(sources, Lab.GROUP, List.of(), parent, true);
      return new Backup(lab.repository, lab.surroundings, Progress.NONE, new Cancellation())
          .run(request);
    }
  }

  /// What the device held at the last freeze.
  Path frozenCopy() {
    return folder.resolve("frozen");
  }

  /// Restores a snapshot to a file.
  Path restore(Snapshot snapshot) throws Exception {
    Path restored = folder.resolve("restored");
    VolumeImage volume = snapshot.details().volumes().getFirst();
    try (BlockSink sink =
            Sinks.open(restored.toString(), volume.size(), new SinkOptions(true, true));
        View view = lab.repository.openView()) {
      RestoreRequest request = new RestoreRequest(snapshot, volume, sink, true);
      new Restore(view, lab.surroundings, Progress.NONE, new Cancellation()).run(request);
    }
    return restored;
  }

  /// Keeps a copy of the device of each moment.
  private final class Kept implements Stillness {
    private final Stillness real;

    Kept(Stillness real) {
      this.real = real;
    }

    @Override
    public boolean isPossible() {
      return real.isPossible();
    }

    @Override
    public void settle() throws IOException {
      real.settle();
    }

    @Override
    public Moment begin() throws IOException {
      Moment moment = real.begin();
      return new Moment() {
        @Override
        public void end() throws IOException {
          copyDevice();
          moment.end();
        }

        @Override
        public void close() throws IOException {
          moment.close();
        }
      };
    }
  }

  private void copyDevice() throws IOException {
    try (Volume volume = Volumes.open(device.toString());
        FileChannel copy =
            FileChannel.open(frozenCopy(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      byte[] part = new byte[1 << 20];
      for (long at = 0; at < volume.size(); at += part.length) {
        int length = (int) Math.min(part.length, volume.size() - at);
        volume.read(at, part, 0, length);
        int _ = copy.write(ByteBuffer.wrap(part, 0, length), at);
      }
    }
  }

  @Override
  public void close() throws IOException {
    churn.stop();
    mounted.close();
    device.close();
    Command.run("rm", "-rf", folder.resolve("frozen").toString());
  }
}
