package cairn.engine.resize;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// A physical volume of LVM2: what is added is free in its group.
final class PhysicalVolumeResizer implements Resizer {
  @Override
  public List<String> programs() {
    return List.of("pvresize");
  }

  @Override
  public boolean shrinks() {
    return false;
  }

  /// The group may be there twice, on the disk it came from and on this one, so LVM is shown this
  /// one alone.
  @Override
  public void grow(Path device) throws IOException {
    String settings =
        String.format(
            Locale.ROOT,
            """
            devices { use_devicesfile=0 scan_lvs=0 filter=["a|^%s$|","r|.*|"] }
            global { use_lvmlockd=0 }
            """,
            device);
    Programs.run("pvresize", "--config", settings, device.toString());
  }

  @Override
  public void shrink(Path device, long bytes) throws IOException {
    throw new IOException("physical volumes are not made smaller");
  }
}
