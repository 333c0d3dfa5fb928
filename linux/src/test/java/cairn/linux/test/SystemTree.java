package cairn.linux.test;

import cairn.linux.DeviceNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A made-up `/sys`, `/proc` and so on, with the devices that a test wants.
public final class SystemTree {
  private final Path root;

  public SystemTree(Path root) throws IOException {
    this.root = root;
    Files.createDirectories(root.resolve("sys/block"));
    Files.createDirectories(root.resolve("sys/dev/block"));
    file("proc/self/mountinfo", "");
    file("proc/swaps", "");
  }

  public Path root() {
    return root;
  }

  /// @param content with or without a last line end
  public SystemTree file(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.writeString(file, content.endsWith("\n") ? content : content + "\n");
    return this;
  }

  /// A device that is no partition.
  ///
  /// @param place below `sys/devices`, its name last
  public SystemTree device(String place, int major, int minor, long sizeBytes) throws IOException {
    Path directory = root.resolve("sys/devices").resolve(place);
    node(directory, new DeviceNumber(major, minor), sizeBytes);
    Files.createSymbolicLink(root.resolve("sys/block").resolve(directory.getFileName()), directory);
    return this;
  }

  /// Partition number `minor` of a disk whose minor is 0, at the byte given.
  public SystemTree partition(String disk, int minor, long startBytes, long sizeBytes)
      throws IOException {
    Path directory = directory(disk);
    String number = Files.readString(directory.resolve("dev")).strip();
    int major = Integer.parseInt(number.substring(0, number.indexOf(':')));
    Path child = directory.resolve(disk + minor);
    node(child, new DeviceNumber(major, minor), sizeBytes);
    Files.writeString(child.resolve("partition"), minor + "\n");
    Files.writeString(child.resolve("start"), startBytes / 512 + "\n");
    Files.createSymbolicLink(root.resolve("sys/class-block-" + disk + minor), child);
    return this;
  }

  /// Says that one device is built upon others.
  public SystemTree upon(String upper, String... lower) throws IOException {
    for (String name : lower) {
      Files.createSymbolicLink(directory(upper).resolve("slaves").resolve(name), directory(name));
      Files.createSymbolicLink(directory(name).resolve("holders").resolve(upper), directory(upper));
    }
    return this;
  }

  /// @param name below the device's directory, `queue/rotational`
  public SystemTree attribute(String device, String name, String value) throws IOException {
    return file(root.relativize(directory(device)).resolve(name).toString(), value);
  }

  /// Adds a line to the mount table.
  ///
  /// @param device its number, `8:1`
  public SystemTree mount(String device, String mountPoint, String type, String source)
      throws IOException {
    Path file = root.resolve("proc/self/mountinfo");
    String line = "36 35 %s / %s rw - %s %s rw\n".formatted(device, mountPoint, type, source);
    Files.writeString(file, Files.readString(file).stripLeading() + line);
    return this;
  }

  private Path directory(String device) throws IOException {
    Path whole = root.resolve("sys/block").resolve(device);
    return Files.exists(whole)
        ? whole.toRealPath()
        : root.resolve("sys/class-block-" + device).toRealPath();
  }

  private void node(Path directory, DeviceNumber number, long sizeBytes) throws IOException {
    Files.createDirectories(directory.resolve("holders"));
    Files.createDirectories(directory.resolve("slaves"));
    Files.writeString(directory.resolve("dev"), number + "\n");
    Files.writeString(directory.resolve("size"), sizeBytes / 512 + "\n");
    Files.createSymbolicLink(root.resolve("sys/dev/block/" + number), directory);
  }
}
