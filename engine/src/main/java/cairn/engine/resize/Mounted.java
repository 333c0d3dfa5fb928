package cairn.engine.resize;

import cairn.engine.Programs;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file system mounted for a moment, where nobody else looks.
final class Mounted implements Closeable {
  private final Path directory;

  private Mounted(Path directory) {
    this.directory = directory;
  }

  static Mounted of(Path device, String options) throws IOException {
    Path directory = Files.createTempDirectory("cairn-mounted");
    try {
      Programs.run("mount", "-o", options, device.toString(), directory.toString());
      return new Mounted(directory);
    } catch (IOException e) {
      Files.delete(directory);
      throw e;
    }
  }

  Path directory() {
    return directory;
  }

  @Override
  public void close() throws IOException {
    Programs.run("umount", directory.toString());
    Files.delete(directory);
  }
}
