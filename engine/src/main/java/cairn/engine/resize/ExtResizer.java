package cairn.engine.resize;

import cairn.engine.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// ext2, ext3 and ext4, which their tools change while nobody has them mounted.
final class ExtResizer implements Resizer {
  /// Of `e2fsck`: errors were corrected. Such as a journal that had to be replayed.
  private static final int CORRECTED = 1;

  @Override
  public List<String> programs() {
    return List.of("e2fsck", "resize2fs");
  }

  @Override
  public boolean shrinks() {
    return true;
  }

  @Override
  public void grow(Path device) throws IOException {
    check(device);
    Programs.run("resize2fs", device.toString());
  }

  @Override
  public void shrink(Path device, long bytes) throws IOException {
    check(device);
    Programs.run("resize2fs", device.toString(), bytes / 1024 + "K");
  }

  private static void check(Path device) throws IOException {
    Programs.run(CORRECTED, "e2fsck", "-f", "-p", device.toString());
  }
}
