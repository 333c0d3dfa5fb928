package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Signals, sent to a real process. It runs without a compiler, so slowly that it is always in the
/// middle of its work.
class InterruptionTest {
  @TempDir Path folder;
  private Path repository;
  private Path image;
  private Desk desk;

  @BeforeEach
  void prepare(Seed seed) throws IOException {
    repository = folder.resolve("repository");
    image = Files.write(folder.resolve("disk.img"), seed.bytes(64 << 20));
    desk = Desk.withRepository(repository);
    desk.run("init").expect(0);
  }

  @Test
  void anInterruptedBackupLeavesNothingHalfDone() throws Exception {
    for (String signal : new String[] {"INT", "TERM"}) {
      Process backup = slow("backup", image.toString());
      await(backup, repository.resolve("sessions/open"));
      Command.run("kill", "-" + signal, "" + backup.pid());
      assertThat(backup.waitFor(60, TimeUnit.SECONDS)).isTrue();
      String said = new String(backup.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(backup.exitValue()).as(said).isEqualTo(130);
      assertThat(said).startsWith("cairn: interrupted; no snapshot was made").hasLineCount(1);
    }
    assertThat(desk.run("snapshots").expect(0).out()).startsWith("No snapshots");
    desk.run("check", "--read-data").expect(0);
    desk.run("backup", image).expect(0);
    desk.run("check", "--read-data").expect(0);
  }

  @Test
  void aKilledBackupLeavesARepositoryThatIsSound() throws Exception {
    Process backup = slow("backup", image.toString());
    await(backup, repository.resolve("sessions/open"));
    backup.destroyForcibly().waitFor();
    desk.run("check", "--read-data").expect(0);
    desk.run("backup", image).expect(0);
    Path copy = folder.resolve("copy.img");
    desk.run("restore", "latest", copy).expect(0);
    assertThat(copy).hasSameBinaryContentAs(image);
  }

  @Test
  void anInterruptedRestoreLeavesTheTargetAsItWas() throws Exception {
    desk.run("backup", image).expect(0);
    Path target = Files.writeString(folder.resolve("target"), "as it was");
    Process restore = slow("restore", "latest", target.toString(), "--force");
    await(restore, folder, ".*target.+");
    Command.run("kill", "-INT", "" + restore.pid());
    String said = new String(restore.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(restore.waitFor()).as(said).isEqualTo(130);
    assertThat(said).contains("interrupted; " + target + " is as it was before");
    assertThat(target).hasContent("as it was");
  }

  @Test
  void anExportThatEndsEarlyLeavesNothingUnderTheName() throws Exception {
    desk.run("backup", image).expect(0);
    Path target = folder.resolve("disk.qcow2");
    for (String signal : new String[] {"INT", "KILL"}) {
      Process export = slow("export", "latest", target.toString(), "--compress");
      await(export, folder, ".*disk.qcow2.+");
      Command.run("kill", "-" + signal, "" + export.pid());
      String said = new String(export.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(export.waitFor()).as(said).isEqualTo(signal.equals("INT") ? 130 : 137);
      assertThat(target).doesNotExist();
      if (signal.equals("INT")) {
        assertThat(said).isEqualTo("cairn: interrupted; " + target + " is as before\n");
        assertThat(isThere(folder, ".*partial.*")).isFalse();
      }
    }
    assertThat(isThere(folder, ".*partial.*")).isTrue();
    Desk.Result again = desk.run("export", "latest", target).expect(0);
    assertThat(again.err())
        .matches("(?s).*cairn: removed .*/.disk.qcow2.cairn-.*, which a run that was killed.*");
    assertThat(isThere(folder, ".*partial.*")).isFalse();
  }

  /// A reader of the output that has had enough, as `head` has, is no error.
  @Test
  void aBrokenPipeIsNoError() throws Exception {
    Process help = start(List.of(), "completion");
    help.getInputStream().close();
    String said = new String(help.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(help.waitFor()).as(said).isZero();
    assertThat(said).isEmpty();
  }

  @Test
  void outputThatIsLostIsAFailure() throws Exception {
    ProcessBuilder builder = builder(List.of(), "completion");
    Process full = builder.redirectOutput(Path.of("/dev/full").toFile()).start();
    String said = new String(full.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(full.waitFor()).isEqualTo(1);
    assertThat(said).startsWith("cairn: cannot write the output").hasLineCount(1);
  }

  private Process slow(String... arguments) throws IOException {
    return start(List.of("-Xint"), arguments);
  }

  private Process start(List<String> options, String... arguments) throws IOException {
    return builder(options, arguments).start();
  }

  private ProcessBuilder builder(List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    // A process that was started in the background ignores SIGINT, and so do its children.
    command.addAll(List.of("env", "--default-signal=INT,TERM"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "cairn.cli.Main"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CAIRN_REPOSITORY", repository.toString());
    return builder;
  }

  private static void await(Process process, Path directory) throws Exception {
    await(process, directory, "[0-9a-f]+");
  }

  private static void await(Process process, Path directory, String name) throws Exception {
    while (process.isAlive() && !isThere(directory, name)) {
      process.waitFor(5, TimeUnit.MILLISECONDS);
    }
    assertThat(process.isAlive()).as("still at work").isTrue();
  }

  private static boolean isThere(Path directory, String name) throws IOException {
    if (!Files.exists(directory)) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> String.valueOf(file.getFileName()).matches(name));
    }
  }
}
