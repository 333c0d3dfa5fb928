package cairn.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A file system mounted for one test; root only. Closing unmounts and removes it.
final class Disk implements AutoCloseable {
  private final Path work;
  private final Path mountPoint;

  private Disk() throws IOException {
    work = Files.createTempDirectory("cairn-disk");
    mountPoint = Files.createDirectory(work.resolve("mounted"));
  }

  /// An ext4 in a file, with options for mkfs.
  static Disk ext4(int mebibytes, String... options) throws IOException {
    Disk disk = new Disk();
    try {
      String image = disk.work.resolve("image").toString();
      run("truncate", "-s", mebibytes + "M", image);
      List<String> command = new ArrayList<>(List.of("mkfs.ext4", "-q", "-m", "0"));
      command.addAll(List.of(options));
      command.add(image);
      run(command.toArray(new String[0]));
      run("mount", "-o", "loop", image, disk.mountPoint.toString());
      return disk;
    } catch (IOException | RuntimeException e) {
      disk.close();
      throw e;
    }
  }

  static Disk tmpfs(String options) throws IOException {
    Disk disk = new Disk();
    try {
      run("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.mountPoint.toString());
      return disk;
    } catch (IOException | RuntimeException e) {
      disk.close();
      throw e;
    }
  }

  /// A second, read-only view of a folder.
  static Disk readOnly(Path folder) throws IOException {
    Disk disk = new Disk();
    try {
      run("mount", "--bind", folder.toString(), disk.mountPoint.toString());
      run("mount", "-o", "remount,bind,ro", disk.mountPoint.toString());
      return disk;
    } catch (IOException | RuntimeException e) {
      disk.close();
      throw e;
    }
  }

  Path path() {
    return mountPoint;
  }

  /// Replaces the mount options.
  void remount(String options) throws IOException {
    run("mount", "-o", "remount," + options, mountPoint.toString());
  }

  void unmount() throws IOException {
    run("umount", mountPoint.toString());
  }

  @Override
  public void close() throws IOException {
    while (Files.readString(Path.of("/proc/self/mounts")).contains(" " + mountPoint + " ")) {
      unmount();
    }
    Files.deleteIfExists(mountPoint);
    Files.deleteIfExists(work.resolve("image"));
    Files.delete(work);
  }

  /// @throws IOException with what the command had to say when it failed
  static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(
            "tests need root and loop devices; failed: "
                + String.join(" ", command)
                + ": "
                + output);
      }
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
