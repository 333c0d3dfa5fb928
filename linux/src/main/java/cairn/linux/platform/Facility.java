package cairn.linux.platform;

import cairn.linux.Mounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A file system by which the kernel offers something: tracefs, bpffs.
///
/// @param state whether it can be used
/// @param mountPoint where it is mounted; empty when it is not
public record Facility(State state, String mountPoint) {
  /// How near it is.
  public enum State {
    MOUNTED,
    /// Root may mount it.
    MOUNTABLE,
    /// The kernel has none.
    ABSENT
  }

  /// Where tracepoints are described.
  public static Facility tracefs(Path root) throws IOException {
    return read(root, "tracefs");
  }

  /// Where BPF programs outlive their loader.
  public static Facility bpffs(Path root) throws IOException {
    return read(root, "bpf");
  }

  private static Facility read(Path root, String type) throws IOException {
    List<Mounts.Mount> mounts = Mounts.mounted(root.resolve("proc"));
    for (Mounts.Mount mount : mounts) {
      if (mount.type().equals(type)) {
        return new Facility(State.MOUNTED, mount.mountPoint());
      }
    }
    boolean known =
        Text.of(root.resolve("proc/filesystems"))
            .lines()
            .anyMatch(line -> line.strip().replaceFirst("^nodev\\s+", "").equals(type));
    return new Facility(known ? State.MOUNTABLE : State.ABSENT, "");
  }
}
