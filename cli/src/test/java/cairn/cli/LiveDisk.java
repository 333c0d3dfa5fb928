package cairn.cli;

import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/// A loop device with an ext4 on it that is mounted. What a test leaves of its tracker goes too.
final class LiveDisk implements AutoCloseable {
  static final int SIZE = 64 << 20;

  private final LoopDevice loop;
  private final Mounted mounted;

  LiveDisk(Path folder, String name) throws IOException {
    Path image = folder.resolve(name + ".img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE);
    }
    this.loop = LoopDevice.over(image);
    this.mounted = mountOrDetach(folder.resolve(name));
  }

  private Mounted mountOrDetach(Path directory) throws IOException {
    try {
      return Mounted.ext4(loop, directory);
    } catch (IOException e) {
      loop.close();
      throw e;
    }
  }

  Path device() {
    return loop.path();
  }

  String name() {
    return String.valueOf(loop.path().getFileName());
  }

  Path directory() {
    return mounted.directory();
  }

  @Override
  public void close() throws IOException {
    try (loop;
        mounted) {
      new Desk().run("tracker", "stop", loop.path()).expect(0);
    }
  }
}
