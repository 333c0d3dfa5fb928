package cairn.filesystem.lvm;

import cairn.filesystem.test.FilledImage;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.LvmTools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Image files as the physical volumes of a group, with extents of 1 MiB from 1 MiB on. Detached
/// when closed.
final class LvmDisks implements AutoCloseable {
  private final List<Path> images = new ArrayList<>();
  private final List<LoopDevice> devices = new ArrayList<>();
  private final LvmTools tools;

  LvmDisks(Path directory, int count, long bytes) throws IOException {
    for (int index = 0; index < count; index++) {
      Path image = FilledImage.sparse(directory.resolve("disk-" + index), bytes);
      images.add(image);
      devices.add(LoopDevice.over(image));
    }
    this.tools = new LvmTools(directory, devices.toArray(LoopDevice[]::new));
    String all = devices.stream().map(LoopDevice::toString).collect(Collectors.joining(" "));
    tools.run("pvcreate -q --metadatacopies 2 " + all);
    tools.run("vgcreate -s 1m group " + all);
  }

  List<Path> images() {
    return images;
  }

  LoopDevice device(int index) {
    return devices.get(index);
  }

  Path image(String device) {
    for (int index = 0; index < devices.size(); index++) {
      if (devices.get(index).toString().equals(device)) {
        return images.get(index);
      }
    }
    throw new IllegalArgumentException(device);
  }

  LvmTools tools() {
    return tools;
  }

  @Override
  public void close() throws IOException {
    for (LoopDevice device : devices) {
      device.close();
    }
  }
}
