package cairn.filesystem.test;

import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Unmount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Several image files as the devices of one btrfs. Unmounted and detached when closed.
public final class LoopDevices implements AutoCloseable {
  private final Path directory;
  private final List<Path> images;
  private final List<LoopDevice> devices = new ArrayList<>();
  private boolean mounted;

  private LoopDevices(Path directory, List<Path> images) {
    this.directory = directory;
    this.images = List.copyOf(images);
  }

  public static LoopDevices make(Path directory, int count, long bytes) throws IOException {
    List<Path> images = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      images.add(FilledImage.sparse(directory.resolve("device-" + index), bytes));
    }
    return over(directory, images);
  }

  public static LoopDevices over(Path directory, List<Path> images) throws IOException {
    LoopDevices all = new LoopDevices(directory.resolve("mounted"), images);
    try {
      for (Path image : images) {
        all.devices.add(LoopDevice.over(image));
      }
      return all;
    } catch (IOException e) {
      all.close();
      throw e;
    }
  }

  public List<Path> images() {
    return images;
  }

  /// Runs a command on all devices.
  public void run(String command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
    devices.forEach(device -> words.add(device.toString()));
    Command.run(words.toArray(String[]::new));
  }

  /// Runs a command on the first device.
  public void runFirst(String command) throws IOException {
    Proof.check(command, devices.getFirst().path());
  }

  public Path mount() throws IOException {
    return mount("rw");
  }

  /// @param options of `mount`
  public Path mount(String options) throws IOException {
    Files.createDirectories(directory);
    StringBuilder all = new StringBuilder(options);
    devices.forEach(device -> all.append(",device=").append(device));
    String first = devices.getFirst().toString();
    Command.run("mount", "-o", all.toString(), first, directory.toString());
    mounted = true;
    return directory;
  }

  public void unmount() throws IOException {
    Unmount.of(directory);
    mounted = false;
  }

  @Override
  public void close() throws IOException {
    if (mounted) {
      unmount();
    }
    for (LoopDevice device : devices) {
      device.close();
    }
  }
}
