package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.engine.backup.BackupReport;
import cairn.engine.capture.InUse;
import cairn.engine.capture.KeptTrackers;
import cairn.engine.capture.Writes;
import cairn.filesystem.UsedRanges;
import cairn.filesystem.used.Moment;
import cairn.linux.FileStatus;
import cairn.linux.FileSystemMount;
import cairn.linux.test.Command;
import cairn.linux.test.Mounted;
import cairn.linux.test.Unmount;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.StorageStack;
import cairn.linux.tracking.ChangeTracker;
import cairn.linux.tracking.Reopened;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.MemoryStorage;
import cairn.volume.Volume;
import cairn.volume.Volumes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real file systems on real devices, written to while they are backed up. The image has to be what
/// the device held at the moment of the freeze.
class LiveCaptureTest {
  private static final int MIB = 1 << 20;

  @TempDir private Path folder;
  private Lab lab;

  @BeforeEach
  void setUp(Seed seed) throws Exception {
    lab = Lab.create(new MemoryStorage(), 64 << 10, false, seed.random());
  }

  @Test
  void ext4(Seed seed) throws Exception {
    try (LiveSite site = new LiveSite(folder, lab, Mounted::ext4, 200L * MIB, seed)) {
      Path image = checkMoment(site);
      Command.run("e2fsck", "-fn", image.toString());
    }
  }

  @Test
  void btrfs(Seed seed) throws Exception {
    LiveSite.Maker btrfs = (device, directory) -> Mounted.btrfs(directory, device);
    try (LiveSite site = new LiveSite(folder, lab, btrfs, 200L * MIB, seed)) {
      Path image = checkMoment(site);
      Command.run("btrfs", "check", "--readonly", image.toString());
    }
  }

  /// A frozen XFS has records in its log that were written back already; xfs_repair wants them
  /// replayed by a mount.
  @Test
  void xfs(Seed seed) throws Exception {
    try (LiveSite site = new LiveSite(folder, lab, Mounted::xfs, 320L * MIB, seed)) {
      Path image = checkMoment(site);
      Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
      Command.run("mount", "-o", "loop,nouuid", image.toString(), elsewhere.toString());
      Unmount.of(elsewhere);
      Command.run("xfs_repair", "-n", image.toString());
    }
  }

  /// Two backups under writes; the image of the second.
  private Path checkMoment(LiveSite site) throws Exception {
    site.writeALittle();
    for (int time = 0; time < 2; time++) {
      Snapshot snapshot = site.backup(Lab.NEWEST).snapshot();
      Path image = site.restore(snapshot);
      assertSameWhereUsed(image, site.frozenCopy());
      assertThat(source(snapshot)).containsEntry("capture", "converge");
      assertThat(snapshot.details().counts().bytesRead())
          .as("free blocks are not read")
          .isLessThan(Files.size(image));
      if (time == 1) {
        return image;
      }
    }
    throw new AssertionError();
  }

  private static Map<String, String> source(Snapshot snapshot) {
    return snapshot.details().volumes().getFirst().source();
  }

  private static void assertSameWhereUsed(Path image, Path frozen) throws IOException {
    try (Volume volume = Volumes.open(frozen.toString());
        RandomAccessFile have = new RandomAccessFile(image.toFile(), "r");
        RandomAccessFile expected = new RandomAccessFile(frozen.toFile(), "r")) {
      assertThat(have.length()).isEqualTo(expected.length());
      UsedRanges.visit(
          volume,
          (offset, length) -> Moment.FROZEN,
          (offset, length) -> assertSame(have, expected, offset, length));
    }
  }

  private static void assertSame(
      RandomAccessFile have, RandomAccessFile expected, long offset, long length) {
    byte[] one = new byte[MIB];
    byte[] other = new byte[MIB];
    try {
      for (long at = offset; at < offset + length; at += MIB) {
        int count = (int) Math.min(MIB, offset + length - at);
        have.seek(at);
        have.readFully(one, 0, count);
        expected.seek(at);
        expected.readFully(other, 0, count);
        int difference = Arrays.mismatch(one, 0, count, other, 0, count);
        assertThat(difference).as("first difference, bytes after " + at).isNegative();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// What is frozen then is the file system on top, so the map of the one beneath is a hint only.
  @Test
  void aFileSystemBeneathAnotherMountIsCapturedWhole(Seed seed) throws Exception {
    try (LiveSite site = new LiveSite(folder, lab, Mounted::xfs, 320L * MIB, seed)) {
      byte[] content = seed.bytes(20 * MIB);
      Path file = site.mountPoint.resolve("beneath");
      String above = site.mountPoint.toString();
      try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
        Command.run("mount", "-t", "tmpfs", "none", above);
        Path image;
        try {
          opened.write(content);
          opened.getFD().sync();
          UnaryOperator<InUse> real = UnaryOperator.identity();
          image = site.restore(site.backup(Lab.NEWEST, folder, real).snapshot());
        } finally {
          Unmount.of(Path.of(above));
        }
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Command.run("mount", "-o", "loop,nouuid", image.toString(), elsewhere.toString());
        try {
          assertThat(Files.readAllBytes(elsewhere.resolve("beneath"))).isEqualTo(content);
        } finally {
          Unmount.of(elsewhere);
        }
      }
    }
  }

  /// Where trackers are kept. Mounted here, as a machine need not have the usual one mounted.
  private static final class BpfFolder implements AutoCloseable {
    final Path path;
    private final Path mounted;

    BpfFolder(Path parent) throws IOException {
      mounted = Files.createDirectory(parent.resolve("bpffs"));
      FileSystemMount.mount("bpf", mounted);
      path = mounted.resolve("cairn");
    }

    @Override
    public void close() throws IOException {
      Unmount.of(mounted);
    }
  }

  /// A tracker that goes on between two backups.
  private static ChangeTracker pinned(LiveSite site, Path trackers, Seed seed) throws Exception {
    StorageStack stack = new StorageStack(Path.of("/"));
    BlockDevice device = stack.find(FileStatus.of(site.device.path()).device()).orElseThrow();
    new KeptTrackers(trackers, stack).start(device, seed.random());
    Reopened kept = ChangeTracker.openPinned(trackers.resolve(device.name()));
    return ((Reopened.Found) kept).tracker();
  }

  /// Two backups at once, or a snapshot tool.
  @Test
  void aFileSystemThatSomebodyElseHasFrozenIsWaitedFor(Seed seed) throws Exception {
    try (LiveSite site = new LiveSite(folder, lab, Mounted::ext4, 100L * MIB, seed)) {
      site.writeALittle();
      String path = site.mountPoint.toString();
      Command.run("fsfreeze", "-f", path);
      Thread thaw =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  Thread.sleep(Duration.ofSeconds(1));
                  Command.run("fsfreeze", "-u", path);
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      UnaryOperator<InUse> real = UnaryOperator.identity();
      Path image = site.restore(site.backup(Lab.NEWEST, folder, real).snapshot());
      thaw.join();
      assertSameWhereUsed(image, site.frozenCopy());
    }
  }

  @Test
  void aFirstFreezeThatIsBrokenMakesItReadAllAndNoMore(Seed seed) throws Exception {
    try (LiveSite site = new LiveSite(folder, lab, Mounted::ext4, 100L * MIB, seed)) {
      site.writeALittle();
      UnaryOperator<InUse> thawing =
          real ->
              new InUse(
                  real.volume(),
                  real.writes(),
                  (still, ranges) -> {
                    if (still) {
                      Command.run("fsfreeze", "-u", site.mountPoint.toString());
                    }
                    real.used().visit(still, ranges);
                  });
      BackupReport report = site.backup(Lab.NEWEST, folder.resolve("none"), thawing);
      assertThat(site.restore(report.snapshot())).hasSameBinaryContentAs(site.frozenCopy());
      assertThat(report.warnings()).singleElement().asString().contains("all of it was read");
    }
  }

  @Test
  void whatATrackerSawIsAllThatIsRead(Seed seed) throws Exception {
    try (BpfFolder bpffs = new BpfFolder(folder);
        LiveSite site = new LiveSite(folder, lab, Mounted::ext4, 200L * MIB, seed);
        ChangeTracker tracker = pinned(site, bpffs.path, seed)) {
      Files.write(site.mountPoint.resolve("never changed"), seed.bytes(40 * MIB));
      site.writeALittle();
      BackupReport first = site.backup(Lab.NEWEST, bpffs.path, UnaryOperator.identity());
      assertThat(source(first.snapshot()))
          .containsEntry("unchanged", "read")
          .hasEntrySatisfying("tracker", id -> assertThat(id).contains(tracker.id().toString()));
      site.writeALittle();
      BackupReport second = site.backup(Lab.NEWEST, bpffs.path, UnaryOperator.identity());
      assertThat(source(second.snapshot())).containsEntry("unchanged", "not read");
      assertThat(second.snapshot().details().counts().bytesRead())
          .isLessThan(first.snapshot().details().counts().bytesRead() / 2);
      Path image = site.restore(second.snapshot());
      assertSameWhereUsed(image, site.frozenCopy());
      Command.run("e2fsck", "-fn", image.toString());
      assertThat(lab.check().problems()).isEmpty();
    }
  }

  @Test
  void aTrackerThatMissesWritesIsFoundOutAndEverythingIsRead(Seed seed) throws Exception {
    try (BpfFolder bpffs = new BpfFolder(folder);
        LiveSite site = new LiveSite(folder, lab, Mounted::ext4, 200L * MIB, seed);
        ChangeTracker tracker = pinned(site, bpffs.path, seed)) {
      site.writeALittle();
      site.backup(Lab.NEWEST, bpffs.path, UnaryOperator.identity());
      for (int i = 0; i < 40; i++) {
        site.writeALittle();
      }
      UnaryOperator<InUse> blind =
          real ->
              new InUse(real.volume(), new Blind(real.writes(), tracker.generation()), real.used());
      BackupReport second = site.backup(Lab.NEWEST, bpffs.path, blind);
      assertThat(second.warnings()).anyMatch(warning -> warning.contains("tracker saw no write"));
      assertThat(source(second.snapshot())).containsEntry("unchanged", "read");
      assertSameWhereUsed(site.restore(second.snapshot()), site.frozenCopy());
    }
  }

  /// A tracker that did not see anything up to a generation.
  private record Blind(Writes real, int blindUntil) implements Writes {
    @Override
    public String tracker() {
      return real.tracker();
    }

    @Override
    public boolean isSeeing() {
      return true;
    }

    @Override
    public int generation() {
      return real.generation();
    }

    @Override
    public String stamp(int generation) {
      return real.stamp(generation);
    }

    @Override
    public int advance() throws IOException {
      return real.advance();
    }

    @Override
    public boolean since(int generation, Ranges ranges) {
      return real.since(Math.max(generation, blindUntil + 1), ranges);
    }

    @Override
    public void countAsWritten(long offset, long length) {
      real.countAsWritten(offset, length);
    }
  }
}
