package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.engine.capture.KeptTrackers;
import cairn.linux.DeviceNumber;
import cairn.linux.FileStatus;
import cairn.linux.test.Command;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.StorageStack;
import cairn.linux.tracking.ChangeTracker;
import cairn.linux.tracking.Reopened;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trackers as an administrator uses them, on disks that are mounted.
class TrackerTest {
  private static final Path FOLDER = Path.of("/sys/fs/bpf/cairn");

  @TempDir Path folder;
  private Desk desk;

  @BeforeEach
  void sit() {
    desk = Desk.withRepository(folder.resolve("repository"));
    desk.run("init").expect(0);
  }

  @Test
  void theSecondBackupReadsOnlyWhatWasWrittenTo(Seed seed) throws IOException {
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      Path device = disk.device();
      Files.write(disk.directory().resolve("first"), seed.bytes(20 << 20));
      assertThat(desk.run("tracker", "start", device).expect(0).out())
          .isEqualTo("Tracking " + device + "; its next backup reads everything.\n");
      assertThat(desk.run("tracker", "start", device).expect(0).out())
          .isEqualTo(device + " was tracked already.\n");
      backup(device);
      Files.write(disk.directory().resolve("second"), seed.split(1).bytes(100_000));
      JsonObject second = backup(device);
      assertThat(second.get("bytesRead").getAsLong()).isLessThan(20 << 20);
      assertThat(source().get("unchanged").getAsString()).isEqualTo("not read");
      assertThat(source().get("because").getAsString())
          .isEqualTo("the tracker saw every write since the last snapshot");
      JsonObject status = status(device, 0);
      assertThat(status.get("state").getAsString()).isEqualTo("tracking");
      assertThat(status.get("why").isJsonNull()).isTrue();
      assertThat(status.get("size").getAsLong()).isEqualTo(LiveDisk.SIZE);
      assertThat(status.get("bytesMarked").getAsLong()).isBetween(100_000L, (long) LiveDisk.SIZE);
      assertThat(status.get("generation").getAsInt()).isGreaterThan(2);
      assertThat(status.get("memory").getAsLong()).isEqualTo(8192);
      assertThat(desk.run("tracker", "stop", device).expect(0).out())
          .isEqualTo("Stopped the tracker of " + device + ".\n");
      assertThat(desk.run("tracker", "stop", device).expect(0).out())
          .isEqualTo("There was no tracker of " + device + ".\n");
      assertThat(FOLDER.resolve(disk.name())).doesNotExist();
    }
  }

  @Test
  void aTrackerThatWasRemovedMeansThatAllIsReadAndSaysWhy(Seed seed) throws IOException {
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      Files.write(disk.directory().resolve("file"), seed.bytes(10 << 20));
      desk.run("tracker", "start", disk.device()).expect(0);
      backup(disk.device());
      Command.run("rm", "-r", FOLDER.resolve(disk.name()).toString());
      JsonObject second = backup(disk.device());
      assertThat(second.get("bytesRead").getAsLong()).isGreaterThan(10 << 20);
      assertThat(source().get("unchanged").getAsString()).isEqualTo("read");
      assertThat(source().get("because").getAsString())
          .isEqualTo("the tracker was started after the last snapshot");
    }
  }

  @Test
  void aBrokenTrackerIsNamedAndReplaced() throws IOException {
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      Path device = disk.device();
      desk.run("tracker", "start", device).expect(0);
      Files.delete(FOLDER.resolve(disk.name()).resolve("block_bio_queue"));
      JsonObject status = status(device, 3);
      assertThat(status.get("state").getAsString()).isEqualTo("broken");
      assertThat(status.get("why").getAsString()).contains("some of its attachments are missing");
      assertThat(desk.run("backup", device).expect(0).err())
          .contains("the tracker of " + device + " is of no use: ", "'cairn tracker start");
      assertThat(desk.run("tracker", "start", device).expect(0).out())
          .startsWith("Tracking " + device + " anew, as ")
          .contains("some of its attachments are missing");
      assertThat(status(device, 0).get("state").getAsString()).isEqualTo("tracking");
    }
  }

  @Test
  void aTrackerWhoseGenerationsAreUsedUpIsReplaced() throws IOException {
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      Path device = disk.device();
      desk.run("tracker", "start", device).expect(0);
      advance(disk, 215);
      assertThat(status(device, 0).get("generation").getAsInt()).isEqualTo(215);
      advance(disk, 216);
      Desk.Result status = desk.run("tracker", "status", device).expect(3);
      assertThat(status.out()).contains("used up", "216 of 255");
      assertThat(status.err())
          .contains("it has come to its last generations; 'cairn tracker start");
      assertThat(desk.run("tracker", "start", device).expect(0).out()).contains("anew, as it has");
      assertThat(status(device, 0).get("generation").getAsInt()).isEqualTo(1);
    }
  }

  @Test
  void whereTrackersAreKeptIsMountedForRootAlone(Seed seed) throws IOException {
    Path top = Files.createDirectory(folder.resolve("bpf"));
    StorageStack stack = new StorageStack(Path.of("/"));
    KeptTrackers trackers = new KeptTrackers(top.resolve("cairn"), stack);
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      DeviceNumber number = FileStatus.of(disk.device()).device();
      BlockDevice device = stack.find(number).orElseThrow();
      assertThat(trackers.start(device, seed.random()))
          .isInstanceOf(KeptTrackers.Started.Anew.class);
      assertThat(trackers.start(device, seed.random()))
          .isInstanceOf(KeptTrackers.Started.Already.class);
      assertThat(trackers.names()).containsExactly(disk.name());
      assertThat(Files.getFileStore(top).type()).isEqualTo("bpf");
      for (Path each : List.of(top, top.resolve("cairn"))) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .isEqualTo("rwx------");
      }
    } finally {
      Command.run("umount", top.toString());
    }
  }

  @Test
  void aServiceKeepsTrackersAndEndsWhenItIsTold() throws Exception {
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      Process service = start("tracker", "run", disk.device().toString());
      try {
        String said = service.errorReader(StandardCharsets.UTF_8).readLine();
        assertThat(said).startsWith("cairn: tracking " + disk.device() + ";");
        assertThat(service.waitFor(300, TimeUnit.MILLISECONDS)).as("it stays").isFalse();
        service.destroy();
        assertThat(service.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(service.exitValue()).isZero();
      } finally {
        service.destroyForcibly();
      }
      assertThat(status(disk.device(), 0).get("state").getAsString()).isEqualTo("tracking");
    }
  }

  @Test
  void whatIsNoDeviceIsNamed() {
    desk.run("tracker", "start", folder)
        .expectSentence(1, "there is no block device " + folder + "; name one");
    desk.run("tracker", "stop", "/dev/").expectSentence(2, "'/dev/' is no device");
    desk.run("tracker", "stop", "..").expectSentence(2, "'..' is no device");
    assertThat(desk.run("tracker", "status", "/dev/none").expect(3).err())
        .contains("/dev/none is not tracked: there is no tracker; 'cairn tracker start /dev/none'");
  }

  private JsonObject backup(Path device) {
    return desk.run("backup", device, "--name", "test", "--json").expect(0).json();
  }

  /// What the newest snapshot says of the source of its only volume.
  private JsonObject source() {
    JsonObject snapshot = desk.run("show", "latest", "--json").expect(0).json();
    return snapshot.getAsJsonArray("volumes").get(0).getAsJsonObject().getAsJsonObject("source");
  }

  private JsonObject status(Path device, int exitCode) {
    JsonObject status = desk.run("tracker", "status", device, "--json").expect(exitCode).json();
    return status.getAsJsonArray("trackers").get(0).getAsJsonObject();
  }

  private static void advance(LiveDisk disk, int generation) throws IOException {
    Reopened reopened = ChangeTracker.openPinned(FOLDER.resolve(disk.name()));
    try (ChangeTracker tracker = ((Reopened.Found) reopened).tracker()) {
      while (tracker.generation() < generation) {
        tracker.advance(7);
      }
    }
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "cairn.cli.Main"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).start();
  }
}
