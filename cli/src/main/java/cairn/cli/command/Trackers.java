package cairn.cli.command;

import java.nio.file.Path;

/// Where trackers are kept: below the file system of BPF, where the kernel keeps them alive.
final class Trackers {
  static final Path FOLDER = Path.of("/sys/fs/bpf/cairn");

  private Trackers() {}
}
