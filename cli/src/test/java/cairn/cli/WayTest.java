package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which way a device in use is captured, when somebody wants a certain one.
class WayTest {
  @TempDir Path folder;
  private Desk desk;

  @BeforeEach
  void sit() {
    desk = Desk.withRepository(folder.resolve("repository"));
    desk.run("init").expect(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"converge", "freeze-and-read"})
  void theWayThatIsNamedIsTaken(String way, Seed seed) throws IOException {
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      Files.write(disk.directory().resolve("file"), seed.bytes(3 << 20));
      String saved = desk.run("backup", disk.device(), "--way", way, "--json").expect(0).out();
      assertThat(saved).contains("\"capture\":\"" + way + "\"");
    }
  }

  @Test
  void aSnapshotOfWhatIsNoLogicalVolumeIsRefused() throws IOException {
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      assertThat(desk.run("backup", disk.device(), "--way", "snapshot").expect(1).err())
          .contains(
              "there can be no snapshot of "
                  + disk.device()
                  + ": it is no logical volume, of which LVM could take a snapshot");
      assertThat(desk.run("snapshots").expect(0).out()).doesNotContain("disk");
    }
  }

  @Test
  void anUnknownWayIsAMistakeInTheCommand() {
    assertThat(desk.run("backup", folder.resolve("image"), "--way", "module").expect(2).err())
        .contains("--way is converge, snapshot or freeze-and-read, not 'module'");
  }
}
