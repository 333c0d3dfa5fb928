package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.test.LoopDevice;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// What is said of a device that shows nothing any more.
@Isolated("other tests attach the loop devices that this one detaches")
class DetachedDeviceTest {
  @TempDir Path folder;
  private final Desk desk = new Desk();

  @Test
  void isGoneForItsTracker() throws IOException {
    Path device = Path.of("/dev/null");
    try {
      try (LoopDevice loop = LoopDevice.over(image())) {
        device = loop.path();
        desk.run("tracker", "start", device).expect(0);
      }
      JsonObject status =
          desk.run("tracker", "status", device, "--json")
              .expect(3)
              .json()
              .getAsJsonArray("trackers")
              .get(0)
              .getAsJsonObject();
      assertThat(status.get("state").getAsString()).isEqualTo("gone");
      assertThat(desk.run("tracker", "status", device).err())
          .contains("is not " + device + " any more; 'cairn tracker stop");
      assertThat(desk.run("tracker", "start", device).expect(1).err())
          .contains("there is nothing behind " + device);
    } finally {
      desk.run("tracker", "stop", device).expect(0);
    }
    assertThat(Path.of("/sys/fs/bpf/cairn").resolve(device.getFileName())).doesNotExist();
  }

  @Test
  void isNoTroubleForTheDoctor() throws IOException {
    Path detached;
    try (LoopDevice loop = LoopDevice.over(image())) {
      detached = loop.path();
    }
    assertThat(desk.run("doctor", detached).expect(0).out())
        .contains("there is nothing in it to read.");
  }

  private Path image() throws IOException {
    return Files.write(folder.resolve("image"), new byte[1 << 20]);
  }
}
