package cairn.linux.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A mounted file system. Unmounted when closed.
public final class Mounted implements AutoCloseable {
  private final Path directory;

  private Mounted(Path directory) {
    this.directory = directory;
  }

  /// Makes an ext4 on the device and mounts it on a new directory.
  public static Mounted ext4(TestDevice device, Path directory) throws IOException {
    Command.run("mkfs.ext4", "-q", "-F", device.toString());
    return mount(device, directory);
  }

  /// Makes an XFS; the device must have 300 MiB or more.
  public static Mounted xfs(TestDevice device, Path directory) throws IOException {
    Command.run("mkfs.xfs", "-q", "-f", device.toString());
    return mount(device, directory);
  }

  /// Makes a btrfs of all the devices; each must have 128 MiB or more.
  public static Mounted btrfs(Path directory, TestDevice... devices) throws IOException {
    List<String> command = new ArrayList<>(List.of("mkfs.btrfs", "-q", "-f"));
    for (TestDevice device : devices) {
      command.add(device.toString());
    }
    Command.run(command.toArray(String[]::new));
    return mount(devices[0], directory);
  }

  /// A file system in memory.
  public static Mounted tmpfs(Path directory) throws IOException {
    return inMemory("tmpfs", directory);
  }

  /// A file system in memory that knows no direct reads.
  public static Mounted ramfs(Path directory) throws IOException {
    return inMemory("ramfs", directory);
  }

  private static Mounted inMemory(String type, Path directory) throws IOException {
    Files.createDirectory(directory);
    Command.run("mount", "-t", type, "none", directory.toString());
    return new Mounted(directory);
  }

  private static Mounted mount(TestDevice device, Path directory) throws IOException {
    Files.createDirectory(directory);
    Command.run("mount", device.toString(), directory.toString());
    return new Mounted(directory);
  }

  public Path directory() {
    return directory;
  }

  @Override
  public void close() throws IOException {
    Unmount.of(directory);
  }
}
