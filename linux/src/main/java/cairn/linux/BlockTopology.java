package cairn.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// What sysfs tells of block devices: which disk a partition is on, who is built upon it, what it
/// is called by its maker.
public final class BlockTopology {
  /// One directory of sysfs.
  ///
  /// @param name as in `/dev`, `sda1`
  /// @param number of the device
  /// @param directory that describes it
  public record Node(String name, DeviceNumber number, Path directory) {}

  private final Path sys;

  /// @param sys where sysfs is mounted
  public BlockTopology(Path sys) {
    this.sys = sys;
  }

  /// Empty when the kernel knows no such device, or sysfs is not mounted.
  public Optional<Node> find(DeviceNumber number) throws IOException {
    Path link = sys.resolve("dev/block/" + number);
    return Files.exists(link) ? Optional.of(node(link.toRealPath())) : Optional.empty();
  }

  /// The disk itself and its partitions; of a partition: itself and the disk that it is on.
  public List<Node> overlapping(Node node) throws IOException {
    List<Node> nodes = new ArrayList<>(List.of(node));
    if (Files.exists(node.directory().resolve("partition"))) {
      Path disk = node.directory().getParent();
      if (disk != null) {
        nodes.add(node(disk));
      }
    } else {
      for (Path child : children(node.directory())) {
        if (Files.exists(child.resolve("partition"))) {
          nodes.add(node(child));
        }
      }
    }
    return nodes;
  }

  /// The names of the devices built upon this one: `dm-0`, `md127`.
  public List<String> holders(Node node) throws IOException {
    return children(node.directory().resolve("holders")).stream()
        .map(BlockTopology::fileName)
        .toList();
  }

  /// What this device is built upon: of a partition its disk, of others what sysfs calls their
  /// slaves. What backs a loop device is told by [#backing].
  public List<Node> beneath(Node node) throws IOException {
    if (isPartition(node)) {
      return List.of(disk(node));
    }
    return linked(node.directory().resolve("slaves"));
  }

  /// What is built upon this device: its partitions and its holders. Loop devices over it, of which
  /// sysfs does not tell here, are left out.
  public List<Node> above(Node node) throws IOException {
    List<Node> nodes = new ArrayList<>();
    for (Path child : children(node.directory())) {
      if (Files.exists(child.resolve("partition"))) {
        nodes.add(node(child));
      }
    }
    nodes.addAll(linked(node.directory().resolve("holders")));
    return nodes;
  }

  /// All disks and other devices that are no partitions.
  public List<Node> wholes() throws IOException {
    return linked(sys.resolve("block"));
  }

  /// Of each mounted btrfs, the devices that it spans.
  public List<List<Node>> btrfsDevices() throws IOException {
    List<List<Node>> all = new ArrayList<>();
    for (Path child : children(sys.resolve("fs/btrfs"))) {
      List<Node> devices = linked(child.resolve("devices"));
      if (!devices.isEmpty()) {
        all.add(devices);
      }
    }
    return all;
  }

  /// The disk of a partition; any other device itself.
  public Node disk(Node node) throws IOException {
    return isPartition(node) ? node(diskDirectory(node)) : node;
  }

  public boolean isPartition(Node node) {
    return Files.exists(node.directory().resolve("partition"));
  }

  /// The path of what backs a loop device; empty when it is none, or not set up.
  public Optional<String> backing(Node node) {
    String backing = text(diskDirectory(node).resolve("loop/backing_file"));
    return backing.isEmpty() ? Optional.empty() : Optional.of(backing);
  }

  /// One attribute of the device; empty when there is none, or it cannot be read.
  ///
  /// @param name below its directory, `queue/rotational`
  public String attribute(Node node, String name) {
    return text(node.directory().resolve(name));
  }

  /// All loop devices that are set up, with what backs them.
  public List<Loop> loops() throws IOException {
    List<Loop> loops = new ArrayList<>();
    for (Path child : children(sys.resolve("block"))) {
      String backing = text(child.resolve("loop/backing_file"));
      if (!backing.isEmpty()) {
        loops.add(new Loop(fileName(child), backing));
      }
    }
    return loops;
  }

  /// A loop device that is set up.
  ///
  /// @param name as in `/dev`
  /// @param backing the path of what backs it
  public record Loop(String name, String backing) {}

  public String model(Node node) {
    return firstText(diskDirectory(node), "device/model");
  }

  public String serial(Node node) {
    return firstText(diskDirectory(node), "serial", "device/serial");
  }

  /// A name for the device that is unique in the world; empty when it has none. Of a partition:
  /// that of its disk.
  public String wwid(Node node) {
    return firstText(diskDirectory(node), "wwid", "device/wwid", "dm/uuid", "md/uuid");
  }

  private static Path diskDirectory(Node node) {
    Path parent = node.directory().getParent();
    boolean partition = Files.exists(node.directory().resolve("partition"));
    return partition && parent != null ? parent : node.directory();
  }

  private static Node node(Path directory) throws IOException {
    String[] number = text(directory.resolve("dev")).split(":", -1);
    if (number.length != 2) {
      throw new IOException("cannot understand " + directory.resolve("dev"));
    }
    return new Node(
        fileName(directory),
        new DeviceNumber(Integer.parseInt(number[0]), Integer.parseInt(number[1])),
        directory);
  }

  private static String firstText(Path directory, String... names) {
    for (String name : names) {
      String text = text(directory.resolve(name));
      if (!text.isEmpty()) {
        return text;
      }
    }
    return "";
  }

  private static List<Node> linked(Path links) throws IOException {
    List<Node> nodes = new ArrayList<>();
    for (Path child : children(links)) {
      // One that goes while we look is no longer there.
      if (Files.exists(child.resolve("dev"))) {
        nodes.add(node(child.toRealPath()));
      }
    }
    return nodes;
  }

  // Devices come and go, and some attributes of some drivers fail to be read: both say nothing.
  private static String text(Path attribute) {
    try {
      return Files.isRegularFile(attribute)
          ? new String(Files.readAllBytes(attribute), StandardCharsets.UTF_8).strip()
          : "";
    } catch (IOException e) {
      return "";
    }
  }

  private static List<Path> children(Path directory) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(children::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    Collections.sort(children);
    return children;
  }

  private static String fileName(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }
}
