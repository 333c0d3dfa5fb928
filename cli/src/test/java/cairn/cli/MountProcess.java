package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.test.Command;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `cairn mount` as a process of its own. Unmounted when closed, whatever has become of it.
final class MountProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final Path directory;
  private final String ready;

  private MountProcess(Process process, Path directory) throws IOException {
    this.process = process;
    this.directory = directory;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    this.ready = line == null ? "" : line;
  }

  /// Returns when it is mounted, on a new directory within `folder`.
  ///
  /// @param arguments all but the directory
  static MountProcess start(Path repository, Path folder, Object... arguments) throws IOException {
    Path directory = Files.createTempDirectory(folder, "mounted");
    MountProcess mount = new MountProcess(builder(repository, directory, arguments), directory);
    assertThat(mount.ready).as(() -> mount.errors()).isNotEmpty();
    return mount;
  }

  private static Process builder(Path repository, Path directory, Object... arguments)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(directory, arguments));
    builder.environment().put("CAIRN_REPOSITORY", repository.toString());
    return builder.start();
  }

  static List<String> command(Path directory, Object... arguments) {
    List<String> command = new ArrayList<>();
    // A process that was started in the background ignores SIGINT, and so do its children.
    command.addAll(List.of("env", "--default-signal=INT,TERM"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "cairn.cli.Main"));
    command.add("mount");
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    command.add(directory.toString());
    return command;
  }

  Path directory() {
    return directory;
  }

  /// What it printed when it was mounted.
  String ready() {
    return ready;
  }

  void signal(String name) throws IOException {
    Command.run("kill", "-" + name, "" + process.pid());
  }

  void unmount() throws IOException {
    Command.run("umount", directory.toString());
  }

  boolean isMounted() throws IOException {
    return Files.readString(Path.of("/proc/self/mounts")).contains(" " + directory + " ");
  }

  /// Its exit code, when it has ended by itself.
  int end() throws InterruptedException {
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
    return process.exitValue();
  }

  String errors() {
    try {
      return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() throws IOException {
    if (isMounted()) {
      Command.run("umount", "-l", directory.toString());
    }
    process.destroyForcibly();
    out.close();
  }
}
