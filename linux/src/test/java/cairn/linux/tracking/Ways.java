package cairn.linux.tracking;

import cairn.linux.FileSystemMount;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A kernel that offers one way of tracking only.
final class Ways implements AutoCloseable {
  private final Path tracefs;
  private final Kernel kernel;

  Ways(TrackingSupport.Way way, Path directory) throws IOException {
    this.tracefs = Files.createDirectory(directory.resolve("tracefs"));
    Kernel live = Kernel.live();
    if (way == TrackingSupport.Way.TYPED) {
      this.kernel = new Kernel(live.typeInformation(), directory.resolve("none"), live.sys());
    } else {
      FileSystemMount.mount("tracefs", tracefs);
      this.kernel = new Kernel(directory.resolve("none"), tracefs, live.sys());
    }
  }

  Kernel kernel() {
    return kernel;
  }

  @Override
  public void close() throws IOException {
    if (Files.exists(tracefs.resolve("events"))) {
      Command.run("umount", tracefs.toString());
    }
  }
}
