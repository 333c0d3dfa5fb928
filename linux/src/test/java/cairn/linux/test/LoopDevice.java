package cairn.linux.test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A block device that shows a file. Detached when closed.
public final class LoopDevice implements TestDevice {
  private final Path path;

  private LoopDevice(Path path) {
    this.path = path;
  }

  /// @param options of `losetup`, such as `--read-only` or `--sector-size=4096`
  public static LoopDevice over(Path backing, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("losetup", "--find", "--show"));
    command.addAll(List.of(options));
    command.add(backing.toString());
    return new LoopDevice(Path.of(Command.run(command.toArray(String[]::new))));
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String toString() {
    return path.toString();
  }

  @Override
  public void close() throws IOException {
    Command.run("losetup", "--detach", path.toString());
  }
}
