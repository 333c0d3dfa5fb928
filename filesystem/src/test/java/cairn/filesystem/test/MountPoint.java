package cairn.filesystem.test;

import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Unmount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// An image file, mounted. Unmounted, and its device detached, when closed.
public final class MountPoint implements AutoCloseable {
  private final LoopDevice device;
  private final Path directory;
  private boolean frozen;

  private MountPoint(LoopDevice device, Path directory) {
    this.device = device;
    this.directory = directory;
  }

  /// @param options as for `mount -o`
  public static MountPoint of(Path image, String options) throws IOException {
    Path directory = Files.createTempDirectory(image.toAbsolutePath().getParent(), "mounted");
    boolean readOnly = options.startsWith("ro");
    LoopDevice device = readOnly ? LoopDevice.over(image, "--read-only") : LoopDevice.over(image);
    try {
      Command.run("mount", "-o", options, device.toString(), directory.toString());
      return new MountPoint(device, directory);
    } catch (IOException e) {
      device.close();
      throw e;
    }
  }

  public Path directory() {
    return directory;
  }

  public void freeze() throws IOException {
    Command.run("fsfreeze", "--freeze", directory.toString());
    frozen = true;
  }

  @Override
  public void close() throws IOException {
    try (device) {
      if (frozen) {
        Command.run("fsfreeze", "--unfreeze", directory.toString());
      }
      Unmount.of(directory);
    }
  }
}
