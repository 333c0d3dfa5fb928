package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.linux.test.Command;
import cairn.linux.test.Unmount;
import cairn.volume.qemu.GuestDisk;
import cairn.volume.qemu.GuestMoment;
import cairn.volume.qemu.QmpClient;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Backups of a running QEMU. Nothing runs in the guest: it is QEMU itself that writes to its
/// disks.
@Timeout(90)
class QemuTest {
  private static final int BLOCKS = 160;
  private static final int BYTES = BLOCKS * Images.BLOCK;

  @TempDir Path folder;
  private Path work;
  private Path socket;
  private Process qemu;
  private QmpClient monitor;
  private Desk desk;
  private byte[] disk;

  @BeforeEach
  void start(Seed seed) throws Exception {
    work = Files.createDirectory(folder.resolve("work"));
    socket = folder.resolve("qmp");
    disk = seed.bytes(BYTES);
    List<String> command =
        new ArrayList<>(List.of("qemu-system-x86_64", "-S", "-nodefaults", "-display", "none"));
    command.addAll(List.of("-machine", "q35", "-accel", "tcg", "-m", "64"));
    for (String name : List.of("root", "data")) {
      command.addAll(image(name));
    }
    command.addAll(List.of("-qmp", "unix:" + socket + ",server=on,wait=off"));
    command.addAll(List.of("-qmp", "unix:" + folder.resolve("second") + ",server=on,wait=off"));
    qemu =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    monitor = connected(folder.resolve("second"));
    desk = Desk.withRepository(folder.resolve("repository")).set("TMPDIR", work.toString());
    desk.run("init").expect(0);
  }

  /// A socket is there before anybody listens at it.
  private QmpClient connected(Path at) throws Exception {
    while (true) {
      try {
        return QmpClient.connect(at);
      } catch (IOException e) {
        if (qemu.waitFor(10, TimeUnit.MILLISECONDS)) {
          throw e;
        }
      }
    }
  }

  private List<String> image(String name) throws IOException {
    Path raw = Files.write(folder.resolve("raw"), disk);
    Path image = folder.resolve(name + ".qcow2");
    Command.run("qemu-img", "convert", "-O", "qcow2", raw.toString(), image.toString());
    String node = "driver=qcow2,node-name=" + name + ",file.driver=file,file.filename=" + image;
    return List.of(
        "-blockdev", node, "-device", "virtio-blk-pci,id=guest-" + name + ",drive=" + name);
  }

  @AfterEach
  void stop() throws Exception {
    try (QmpClient _ = monitor) {
      qemu.destroyForcibly().waitFor();
    }
  }

  private void write(String node, int pattern, int offset, int length) throws IOException {
    JsonObject arguments = new JsonObject();
    String write = "write -P %d %d %d".formatted(pattern, offset, length);
    arguments.addProperty(
        "command-line",
        "qemu-io -d /machine/peripheral/guest-" + node + "/virtio-backend \"" + write + "\"");
    assertThat(monitor.execute("human-monitor-command", arguments).getAsString()).isEmpty();
  }

  private void writeRoot(int pattern, int offset, int length) throws IOException {
    write("root", pattern, offset, length);
    Arrays.fill(disk, offset, offset + length, (byte) pattern);
  }

  /// @return the bytes that were read of the guest
  private long backup(Object... options) throws IOException {
    Object[] all =
        Stream.concat(
                Stream.of("backup", "qemu:" + socket, "--name", "vm", "--json"), Stream.of(options))
            .toArray();
    long read = desk.run(all).expect(0).json().get("bytesRead").getAsLong();
    assertNothingLeft();
    return read;
  }

  private void assertNothingLeft() throws IOException {
    for (String query : List.of("query-jobs", "query-block-exports", "query-named-block-nodes")) {
      JsonArray all = monitor.execute(query, new JsonObject()).getAsJsonArray();
      assertThat(all.toString()).doesNotContain("cairn-fleece");
    }
    try (Stream<Path> left = Files.list(work)) {
      assertThat(left).isEmpty();
    }
  }

  private byte[] restored(String volume) throws IOException {
    Path target = folder.resolve("restored");
    desk.run("restore", "latest:vm", target, "--force", "--volume", volume).expect(0);
    return Files.readAllBytes(target);
  }

  @Test
  void incrementsReadWhatTheGuestHasWritten() throws Exception {
    byte[] other = disk.clone();
    assertThat(backup()).isEqualTo(2L * BYTES);
    assertThat(restored("root")).isEqualTo(disk);
    for (int round = 1; round < 4; round++) {
      writeRoot(round, round * 1_000_000, 70_000);
      assertThat(backup()).isBetween(1L, 4L * Images.BLOCK);
      assertThat(restored("root")).isEqualTo(disk);
      assertThat(restored("data")).isEqualTo(other);
    }
    assertThat(bitmaps("root")).hasSize(1);
    assertThat(desk.run("show", "latest:vm", "--json").json().toString())
        .contains("the tracker saw every write since the last snapshot");
  }

  private List<String> bitmaps(String name) throws IOException {
    return GuestDisk.all(monitor).stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow()
        .bitmaps();
  }

  /// One writes the same number to one disk and then to the other, all the time.
  @Test
  void allDisksAreOfOneMoment() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    Thread guest =
        Thread.ofPlatform()
            .start(() -> {
              try {
                for (int number = 0; !enough.get(); number = (number + 1) % 200) {
                  write("root", number, 0, 512);
                  write("data", number, BYTES - 512, 512);
                }
              } catch (IOException e) {
                enough.set(true); // and the images differ
              }
            });
    try {
      for (int round = 0; round < 3; round++) {
        desk.run("backup", "qemu:" + socket, "--name", "vm").expect(0);
        int first = restored("root")[0] & 0xFF;
        int second = restored("data")[BYTES - 1] & 0xFF;
        assertThat((first - second + 200) % 200).as(first + " " + second).isBetween(0, 1);
      }
    } finally {
      enough.set(true);
      guest.join();
    }
  }

  @Test
  void aBackupThatFailsForgetsNoWrite() throws Exception {
    backup();
    writeRoot(1, 2_000_000, 1000);
    try (QmpClient qmp = QmpClient.connect(socket)) {
      try (GuestMoment moment = moment(qmp)) {
        writeRoot(2, 4_000_000, 1000);
        assertThat(moment).isNotNull();
      }
    }
    assertNothingLeft();
    assertThat(backup()).isBetween(1L, 6L * Images.BLOCK);
    assertThat(restored("root")).isEqualTo(disk);
  }

  private GuestMoment moment(QmpClient qmp) throws IOException {
    return moment(qmp, work);
  }

  private GuestMoment moment(QmpClient qmp, Path beside) throws IOException {
    List<GuestMoment.Shown> shown = new ArrayList<>();
    int number = 0;
    for (GuestDisk each : GuestDisk.all(qmp)) {
      Optional<String> last = each.bitmaps().stream().findFirst();
      shown.add(new GuestMoment.Shown(each, last, "cairn-test" + number++));
    }
    return GuestMoment.take(
        qmp,
        shown,
        socket,
        beside,
        (file, size) -> Command.run("qemu-img", "create", "-f", "qcow2", "" + file, "" + size));
  }

  /// Should the job that saves what is overwritten end, later writes would show.
  @Test
  void aMomentThatDoesNotLastIsNoBackup() throws Exception {
    try (QmpClient qmp = QmpClient.connect(socket);
        GuestMoment moment = moment(qmp)) {
      moment.checkHolds();
      JsonObject job = new JsonObject();
      job.addProperty("id", "cairn-fleece-test0");
      monitor.execute("job-cancel", job);
      while (monitor.execute("query-jobs", new JsonObject()).toString().contains("test0")) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(moment::checkHolds)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("QEMU saves no longer what the guest overwrites of root");
    }
    assertNothingLeft();
  }

  @Test
  void afterOneThatWasKilledEverythingIsRead() throws Exception {
    backup();
    try (QmpClient qmp = QmpClient.connect(socket)) {
      assertThat(moment(qmp)).isNotNull(); // and never closed
    }
    writeRoot(3, 3_000_000, 1000);
    assertThat(work).isNotEmptyDirectory();
    assertThat(backup()).isEqualTo(2L * BYTES);
    assertThat(bitmaps("root"))
        .as("that of the killed one, which nobody knows, and its own")
        .hasSize(2);
    assertThat(monitor.execute("query-block", new JsonObject()).toString())
        .as("the one that had ended is gone")
        .doesNotContain("\"recording\":false");
    assertThat(restored("root")).isEqualTo(disk);
    writeRoot(4, 6_000_000, 1000);
    assertThat(backup()).isBetween(1L, 4L * Images.BLOCK);
  }

  /// Or the guest's own writes would fail.
  @Test
  void withoutRoomThereIsNoBackup() throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    Command.run("mount", "-t", "tmpfs", "-o", "size=1100M", "tmpfs", small.toString());
    try {
      try (QmpClient qmp = QmpClient.connect(socket);
          GuestMoment moment = moment(qmp, small)) {
        moment.checkRoom();
        Command.run("fallocate", "-l", "100M", small.resolve("filler").toString());
        assertThatThrownBy(moment::checkRoom)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("less than 1 GiB is free in " + small);
      }
      desk.set("TMPDIR", small.toString());
      desk.run("backup", "qemu:" + socket, "--name", "vm")
          .expectSentence(1, "less than 1 GiB is free in " + small);
    } finally {
      Unmount.of(small);
    }
    assertNothingLeft();
  }

  @Test
  void whatIsNotThereIsToldOf() throws Exception {
    desk.run("backup", "qemu:" + socket + "?device=nothing")
        .expectSentence(2, "the guest has no disk 'nothing', only root, data");
    desk.run("backup", "qemu:" + folder.resolve("nobody"))
        .expectSentence(1, "cannot reach QEMU at " + folder.resolve("nobody"));
    desk.run("backup", "qemu:" + folder.resolve("second"))
        .expectSentence(1, "another program is talking to this monitor");
    assertThat(backup("--no-fsck")).isEqualTo(2L * BYTES);
    desk.run("backup", "qemu:" + socket + "?device=data", "--name", "one").expect(0);
    assertThat(restored("data")).isEqualTo(disk);
  }
}
