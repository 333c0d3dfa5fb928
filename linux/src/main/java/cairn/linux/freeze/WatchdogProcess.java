package cairn.linux.freeze;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The [Watchdog] as seen by the process that it guards. It ends when this one closes it, or ends.
final class WatchdogProcess implements AutoCloseable {
  // -Xrs leaves signals to Detachment. The rest keeps it small, quick to start, and off the disks.
  private static final List<String> FLAGS =
      List.of(
          "-Xrs",
          "-Xmx8m",
          "-Xss512k",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:ReservedCodeCacheSize=8m",
          "-XX:-UsePerfData",
          "-XX:-CreateCoredumpOnCrash",
          "-XX:ErrorFile=/dev/null",
          // Only answers may come on standard output.
          "-Xlog:disable",
          "-XX:+DisplayVMOutputToStderr",
          "--enable-native-access=ALL-UNNAMED");

  private static final int END_SECONDS = 10;

  // What they hold is meant for the first JVM, and the second would remark on them.
  private static final Set<String> OPTION_VARIABLES =
      Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private final Process process;
  private final OutputStream out;
  private final InputStream in;
  private final byte[] message = new byte[Message.BYTES];

  private WatchdogProcess(Process process) {
    this.process = process;
    this.out = process.getOutputStream();
    this.in = process.getInputStream();
  }

  /// Returns when it is ready.
  static WatchdogProcess start(List<Path> mountPoints, Duration limit) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(List.of("-cp", classPath()));
    command.add(Watchdog.class.getName());
    command.add(Long.toString(limit.toMillis()));
    mountPoints.forEach(each -> command.add(each.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
    builder.environment().keySet().removeAll(OPTION_VARIABLES);
    WatchdogProcess watchdog = new WatchdogProcess(builder.start());
    try {
      watchdog.awaitReady();
      return watchdog;
    } catch (IOException | RuntimeException e) {
      watchdog.close();
      throw e;
    }
  }

  /// Starts the time.
  void arm() throws IOException {
    tell(Message.ARM, 0);
    int answer = in.read();
    if (answer != Message.ARMED) {
      throw new IOException("the freeze watchdog has gone; nothing was frozen");
    }
  }

  void tell(Message kind, int index) throws IOException {
    kind.encode(index, message);
    out.write(message);
    out.flush();
  }

  /// Ends the time, when everything is thawed.
  ///
  /// @return whether nothing was thawed before that
  /// @throws IOException when it has gone, and nobody knows
  boolean standDown() throws IOException {
    tell(Message.STAND_DOWN, 0);
    int answer = in.read();
    if (answer < 0) {
      throw new EOFException("the freeze watchdog has gone");
    }
    return answer == Message.HELD;
  }

  long pid() {
    return process.pid();
  }

  /// Makes it thaw what it knows to be frozen, and end. Returns when it has gone, so that its mount
  /// points are free; one that the kernel holds is not waited for longer than [#END_SECONDS].
  @Override
  public void close() {
    try (in;
        out) {
      out.flush();
    } catch (IOException e) {
      // It has died before; whoever relied on it has been told.
    }
    try {
      process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitReady() throws IOException {
    if (in.read() != Message.READY) {
      String said =
          new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      throw new IOException("the freeze watchdog did not start; it said: " + said);
    }
  }

  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(each -> Path.of(each).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
