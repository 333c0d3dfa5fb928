package cairn.engine.resize;

import cairn.engine.Programs;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A range of a file or device as a block device of its own, for programs that want one. Gone when
/// closed.
final class LoopArea implements Closeable {
  static final List<String> PROGRAMS = List.of("losetup", "blockdev");

  private static final Path CONTROL = Path.of("/dev/loop-control");

  private final Path device;

  private LoopArea(Path device) {
    this.device = device;
  }

  /// Why there can be none here.
  static Optional<String> obstacle() {
    return Files.isWritable(CONTROL)
        ? Optional.empty()
        : Optional.of("it takes loop devices, and " + CONTROL + " cannot be used: run as root");
  }

  static LoopArea of(Path file, long offset, long length) throws IOException {
    String made =
        Programs.run(
            "losetup",
            "--find",
            "--show",
            "--offset",
            Long.toString(offset),
            "--sizelimit",
            Long.toString(length),
            file.toString());
    return new LoopArea(Path.of(made));
  }

  Path device() {
    return device;
  }

  /// Writes back what the programs wrote.
  @Override
  public void close() throws IOException {
    try {
      Programs.run("blockdev", "--flushbufs", device.toString());
    } finally {
      Programs.run("losetup", "--detach", device.toString());
    }
  }
}
