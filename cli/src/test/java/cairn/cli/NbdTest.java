package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.linux.test.Command;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `cairn nbd` as its clients see it, and as the person does who ends it.
@Timeout(60)
class NbdTest {
  @TempDir Path folder;
  private Path repository;
  private Path image;
  private String socket;
  private Desk desk;

  @BeforeEach
  void prepare(Seed seed) throws IOException {
    repository = folder.resolve("repository");
    image = Images.make(folder.resolve("disk.img"), seed);
    socket = "unix:" + folder.resolve("s");
    desk = Desk.withRepository(repository);
    desk.run("init", "--parity", 0).expect(0);
    desk.run("backup", image, "--name", "disk").expect(0);
  }

  private static void copy(String uri, Path target) throws IOException {
    Command.run("timeout", "30", "nbdcopy", uri, target.toString());
  }

  private static void qemuIo(String uri, String... commands) throws IOException {
    List<String> words = new ArrayList<>(List.of("timeout", "30", "qemu-io", "-f", "raw"));
    for (String command : commands) {
      words.addAll(List.of("-c", command));
    }
    words.add(uri);
    assertThat(Command.run(words.toArray(String[]::new))).doesNotContain("verification failed");
  }

  @Test
  void servesASnapshotUntilItIsEnded() throws Exception {
    Desk.Running nbd = desk.start("nbd", "latest", "--listen", socket);
    assertThat(nbd.firstLine()).startsWith("nbd+unix:///disk.img?socket=" + folder);
    Path copy = folder.resolve("copy.img");
    copy(nbd.firstLine(), copy);
    assertThat(copy).hasSameBinaryContentAs(image);
    Desk.Result result = nbd.end().expect(0);
    assertThat(result.out()).contains("Served snapshot", "connections", "written      0 B");
    assertThat(folder.resolve("s")).doesNotExist();
  }

  @Test
  void tellsWhatDiffersFromAnEarlierSnapshot() throws Exception {
    String earlier = desk.run("snapshots").out().lines().skip(1).findFirst().orElseThrow();
    String id = earlier.substring(0, 8);
    Images.flip(image, 3 * Images.BLOCK + 7);
    desk.run("backup", image, "--name", "disk").expect(0);
    Desk.Running nbd = desk.start("nbd", "latest", "--listen", socket, "--changed-since", id);
    String map = Command.run("nbdinfo", "--map=cairn:changed=" + id, nbd.firstLine());
    assertThat(map.lines().map(line -> line.strip().replaceAll(" +", " ")))
        .containsExactly(
            "0 " + 3 * Images.BLOCK + " 0",
            3 * Images.BLOCK + " " + Images.BLOCK + " 1",
            4 * Images.BLOCK + " " + (36 * Images.BLOCK + 12_345) + " 0");
    nbd.end().expect(0);
  }

  @Test
  void whatIsWrittenStaysInTheOverlayAndTheSnapshotAsItWas() throws Exception {
    Path overlay = folder.resolve("disk.overlay");
    Object[] serve = {"nbd", "latest", "--listen", socket, "--writable", overlay};
    Desk.Running first = desk.start(serve);
    qemuIo(first.firstLine(), "write -P 0x11 1000 70000", "write -z 2M 64k", "flush");
    first.end().expect(0);
    Desk.Running again = desk.start(serve);
    qemuIo(again.firstLine(), "read -P 0x11 1000 70000", "read -P 0 2M 64k");
    byte[] expected = Files.readAllBytes(image);
    Arrays.fill(expected, 1000, 71_000, (byte) 0x11);
    Arrays.fill(expected, 2 << 20, (2 << 20) + 65_536, (byte) 0);
    Path copy = folder.resolve("copy.img");
    copy(again.firstLine(), copy);
    assertThat(Files.readAllBytes(copy)).isEqualTo(expected);
    again.end().expect(0);
    Path restored = folder.resolve("restored.img");
    desk.run("restore", "latest", restored).expect(0);
    assertThat(restored).hasSameBinaryContentAs(image);
    Images.flip(image, 0);
    desk.run("backup", image, "--name", "disk").expect(0);
    desk.run(serve).expectSentence(1, overlay + " stands on volume disk.img of snapshot");
  }

  @Test
  void whatWasWrittenIsBackedUpAsAnIncrement() throws Exception {
    Path overlay = folder.resolve("disk.overlay");
    Object[] serve = {"nbd", "latest:disk", "--listen", socket, "--writable", overlay};
    Desk.Running nbd = desk.start(serve);
    qemuIo(nbd.firstLine(), "write -P 0x11 1000 70000", "write -z 2M 64k", "flush");
    desk.run("backup", overlay).expectSentence(1, overlay + " is in use");
    nbd.end().expect(0);
    byte[] expected = Files.readAllBytes(image);
    Arrays.fill(expected, 1000, 71_000, (byte) 0x11);
    Arrays.fill(expected, 2 << 20, (2 << 20) + 65_536, (byte) 0);
    assertBackedUp(overlay, expected);
    Desk.Running again = desk.start(serve);
    qemuIo(again.firstLine(), "write -P 0x33 500000 10", "flush");
    again.end().expect(0);
    Arrays.fill(expected, 500_000, 500_010, (byte) 0x33);
    assertBackedUp(overlay, expected);
    desk.run(
            "forget",
            desk.run("show", "latest:disk", "--json").json().get("snapshot").getAsString())
        .expect(0);
    desk.run("backup", overlay)
        .expectSentence(1, "it stands on volume disk.img of snapshot", "not in this repository");
  }

  /// A guest may write to its raw disk whatever an overlay begins with.
  @Test
  void whatOnlyLooksLikeAnOverlayIsNotTakenForOne() throws Exception {
    Path overlay = folder.resolve("disk.overlay");
    Desk.Running nbd = desk.start("nbd", "latest", "--listen", socket, "--writable", overlay);
    qemuIo(nbd.firstLine(), "write -P 0x11 1000 70000", "flush");
    nbd.end().expect(0);
    Path disk = folder.resolve("guest.img");
    Files.copy(overlay, disk);
    String looks = disk + " looks like an overlay";
    desk.run("backup", disk).expectSentence(1, looks, "--format overlay", "--format raw");
    desk.run("backup", image, disk).expectSentence(1, looks);
    desk.run("backup", disk, "--format", "raw", "--name", "raw").expect(0);
    desk.run("backup", overlay, "--format", "raw", "--name", "raw").expect(0);
    Path restored = folder.resolve("restored.img");
    desk.run("restore", "latest:raw", restored).expect(0);
    assertThat(restored).hasSameBinaryContentAs(disk);
    desk.run("backup", disk, "--format", "overlay", "--name", "overlay").expect(0);
    assertThat(desk.run("show", "latest:overlay", "--json").json().toString())
        .contains("it stands on that snapshot");
    desk.run("backup", image, "--format", "overlay").expect(4);
    desk.run("fsck", image, "--format", "overlay").expectSentence(2, "for a backup of one overlay");
  }

  @Test
  void overlaysAndGuestsAreBackedUpAlone() throws Exception {
    Path overlay = folder.resolve("disk.overlay");
    Desk.Running nbd = desk.start("nbd", "latest", "--listen", socket, "--writable", overlay);
    nbd.end().expect(0);
    Path second = folder.resolve("second.overlay");
    Files.copy(overlay, second);
    String alone = "by a command of its own";
    desk.run("backup", overlay, second).expectSentence(2, overlay + " cannot be", alone);
    desk.run("backup", image, overlay).expectSentence(2, overlay + " cannot be", alone);
    desk.run("backup", image, overlay, "--format", "overlay").expectSentence(2, alone);
    desk.run("backup", "qemu:a", "qemu:b").expectSentence(2, "qemu:a cannot be", alone);
    desk.run("backup", image, "qemu:b").expectSentence(2, "qemu:b cannot be", alone);
  }

  /// Only what was written, and a sample of the rest, is read; and nothing is written.
  private void assertBackedUp(Path overlay, byte[] expected) throws IOException {
    byte[] before = Files.readAllBytes(overlay);
    JsonObject made = desk.run("backup", overlay, "--name", "overlay", "--json").expect(0).json();
    assertThat(overlay).hasBinaryContent(before);
    assertThat(made.get("bytesRead").getAsLong()).isLessThan(expected.length);
    JsonObject shown = desk.run("show", "latest:overlay", "--json").json();
    assertThat(shown.toString()).contains("it stands on that snapshot");
    Path restored = folder.resolve("restored.img");
    desk.run("restore", "latest:overlay", restored, "--force").expect(0);
    assertThat(restored).hasBinaryContent(expected);
  }

  /// A real process, because only that can be killed.
  @Test
  void whatWasFlushedSurvivesAKill() throws Exception {
    Path overlay = folder.resolve("disk.overlay");
    String[] serve = {"nbd", "latest", "--listen", socket, "--writable", overlay.toString()};
    Process process = process(serve);
    String uri = process.inputReader(StandardCharsets.UTF_8).readLine();
    qemuIo(uri, "write -P 0x22 5000 300000", "flush", "write -P 0x33 1M 64k");
    process.destroyForcibly().waitFor();
    assertThat(folder.resolve("s")).exists();
    Desk.Running again = desk.start((Object[]) serve);
    qemuIo(again.firstLine(), "read -P 0x22 5000 300000", "write -P 0x44 5000 10");
    again.end().expect(0);
  }

  @Test
  void aSignalEndsItInOrder() throws Exception {
    Process process = process("nbd", "latest", "--listen", socket);
    assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).startsWith("nbd+unix:");
    Command.run("kill", "-TERM", "" + process.pid());
    String rest = String.join("\n", process.inputReader(StandardCharsets.UTF_8).lines().toList());
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(rest).contains("Served snapshot");
    assertThat(folder.resolve("s")).doesNotExist();
  }

  private Process process(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "cairn.cli.Main"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CAIRN_REPOSITORY", repository.toString());
    return builder.start();
  }

  /// The libguestfs lesson, and truth 6: what is damaged is never zeros, and the exit code tells.
  @Test
  void aDamagedBlockIsAnErrorToTheClientAndInTheEnd() throws Exception {
    Desk.Running nbd = desk.start("nbd", "latest", "--listen", socket, "--json");
    JsonObject ready = JsonParser.parseString(nbd.firstLine()).getAsJsonObject();
    String uri = ready.getAsJsonArray("exports").get(0).getAsJsonObject().get("uri").getAsString();
    for (Path pack : packs()) {
      for (long offset = 100; offset < Files.size(pack); offset += 10_000) {
        Images.flip(pack, offset);
      }
    }
    String said =
        Command.run("sh", "-c", "timeout 30 nbdcopy '" + uri + "' null: 2>&1 || echo failed");
    assertThat(said).contains("Input/output error", "failed");
    Desk.Result result = nbd.end().expect(4);
    JsonObject end =
        JsonParser.parseString(result.out().lines().toList().getLast()).getAsJsonObject();
    assertThat(end.get("ok").getAsBoolean()).isFalse();
    assertThat(end.get("failures").getAsLong()).isPositive();
    JsonObject problem = end.getAsJsonArray("problems").get(0).getAsJsonObject();
    assertThat(problem.get("text").getAsString()).contains("cannot read bytes", "corrupt");
    assertThat(fields(ready, end))
        .containsExactlyInAnyOrderElementsOf(JsonTest.documented(List.of("nbd")));
  }

  @Test
  void aFullDiskIsAnErrorToTheClientAndInTheEnd() throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    Command.run("mount", "-t", "tmpfs", "-o", "size=1m", "none", small.toString());
    try {
      Path overlay = small.resolve("overlay");
      Desk.Running nbd = desk.start("nbd", "latest", "--listen", socket, "--writable", overlay);
      String uri = nbd.firstLine();
      assertThatThrownBy(() -> qemuIo(uri, "write -P 1 0 2M"))
          .hasMessageContaining("No space left on device");
      assertThat(nbd.end().expect(1).out()).contains("write of disk.img at", "ENOSPC", "FAILED: ");
    } finally {
      Command.run("umount", small.toString());
    }
  }

  private List<Path> packs() throws IOException {
    try (var files = Files.walk(repository.resolve("packs"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static Set<String> fields(JsonObject first, JsonObject second) {
    Set<String> fields = new LinkedHashSet<>(first.keySet());
    fields.addAll(second.keySet());
    return fields;
  }

  @Test
  void whatCannotBeIsSaidBeforeAnythingIsServed() throws IOException {
    desk.run("nbd", "latest", "--listen", "a:b:c").expectSentence(2, "is no address");
    desk.run("nbd", "latest", "--tls").expectSentence(2, "go together");
    desk.run("nbd", "latest", "--volume", "x").expectSentence(2, "no volume 'x'");
    desk.run("nbd", "latest", "--writable", "o", "--changed-since", "latest")
        .expectSentence(2, "--changed-since is for snapshots as they are");
    desk.run("nbd", "nope").expect(1);
    Path file = Files.writeString(folder.resolve("file"), "mine");
    desk.run("nbd", "latest", "--listen", "unix:" + file)
        .expectSentence(1, "there is something else of that name");
    desk.run("nbd", "latest", "--writable", file).expectSentence(4, "corrupt overlay", "file size");
    assertThat(file).hasContent("mine");
  }
}
