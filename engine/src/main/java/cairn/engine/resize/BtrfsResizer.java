package cairn.engine.resize;

import cairn.engine.Programs;
import cairn.filesystem.used.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// btrfs, which changes while it is mounted. The kernel tells file systems apart by their UUID
/// alone, so a copy of one that it has mounted must not be.
final class BtrfsResizer implements Resizer {
  /// Of `btrfs_ioctl_resize` in the kernel, for growing too.
  private static final long LEAST_BYTES = 256L << 20;

  private final Identity identity;

  BtrfsResizer(Identity identity) {
    this.identity = identity;
  }

  @Override
  public List<String> programs() {
    return List.of("mount", "umount", "btrfs");
  }

  @Override
  public boolean shrinks() {
    return true;
  }

  @Override
  public long leastBytes() {
    return LEAST_BYTES;
  }

  @Override
  public Optional<String> obstacle() {
    String uuid = identity.uuid().orElse("");
    return Files.exists(Path.of("/sys/fs/btrfs", uuid))
        ? Optional.of(
            "the btrfs " + uuid + " is mounted here, and Linux would take the copy for it")
        : Optional.empty();
  }

  @Override
  public void grow(Path device) throws IOException {
    resize(device, "max");
  }

  @Override
  public void shrink(Path device, long bytes) throws IOException {
    resize(device, Long.toString(bytes));
  }

  private void resize(Path device, String size) throws IOException {
    Optional<String> obstacle = obstacle();
    if (obstacle.isPresent()) {
      throw new IOException(obstacle.get());
    }
    try (Mounted mounted = Mounted.of(device, "nosuid,nodev,noexec")) {
      Programs.run("btrfs", "filesystem", "resize", size, mounted.directory().toString());
    }
  }
}
