package cairn.linux.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A mounted file system. Unmounted when closed.
public final class Mounted implements AutoCloseable {
  private final Path directory;

  private Mounted(Path directory) {
    this.directory = directory;
  }

  /// Makes an ext4 on the device and mounts it on a new directory.
  public static Mounted ext4(LoopDevice device, Path directory) throws IOException {
    Command.run("mkfs.ext4", "-q", "-F", device.toString());
    Files.createDirectory(directory);
    Command.run("mount", device.toString(), directory.toString());
    return new Mounted(directory);
  }

  public Path directory() {
    return directory;
  }

  @Override
  public void close() throws IOException {
    Command.run("umount", directory.toString());
  }
}
