package cairn.linux.tracking;

import cairn.linux.DeviceNumber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Another process that tracks.
final class TrackerProcess implements AutoCloseable {
  private final Process process;

  private TrackerProcess(Process process) {
    this.process = process;
  }

  /// Attaches to the range and pins below the directory, then waits to be killed.
  static TrackerProcess pinning(TrackedRange range, Path directory, String... prefix)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(prefix));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TrackerProcess.class.getName());
    command.addAll(List.of("" + range.disk().major(), "" + range.disk().minor()));
    command.addAll(List.of("" + range.offset(), "" + range.length(), directory.toString()));
    return new TrackerProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /// The line that it prints when it is done.
  String answer() throws IOException {
    StringBuilder line = new StringBuilder();
    int next;
    while ((next = process.getInputStream().read()) >= 0 && next != '\n') {
      line.append((char) next);
    }
    return line.toString();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  public static void main(String[] arguments) throws IOException {
    DeviceNumber disk =
        new DeviceNumber(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
    TrackedRange range =
        new TrackedRange(disk, Long.parseLong(arguments[2]), Long.parseLong(arguments[3]));
    String answer;
    try {
      ChangeTracker tracker = ChangeTracker.attach(range, new SplittableRandom(7));
      answer = tracker.pin(Path.of(arguments[4])).orElse("pinned " + tracker.id());
    } catch (TrackerUnavailable e) {
      answer = "unavailable: " + e.getMessage();
    }
    System.out.write((answer + "\n").getBytes(StandardCharsets.UTF_8));
    System.out.flush();
    System.in.read();
  }
}
