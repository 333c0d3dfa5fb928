package cairn.engine.resize;

import cairn.engine.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// XFS, which grows while it is mounted and does not shrink.
final class XfsResizer implements Resizer {
  @Override
  public List<String> programs() {
    return List.of("mount", "umount", "xfs_growfs");
  }

  @Override
  public boolean shrinks() {
    return false;
  }

  @Override
  public void grow(Path device) throws IOException {
    try (Mounted mounted = Mounted.of(device, "nouuid,nosuid,nodev,noexec")) {
      Programs.run("xfs_growfs", mounted.directory().toString());
    }
  }

  @Override
  public void shrink(Path device, long bytes) throws IOException {
    throw new IOException("XFS cannot be made smaller");
  }
}
