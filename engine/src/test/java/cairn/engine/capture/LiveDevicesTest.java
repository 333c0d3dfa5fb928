package cairn.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import cairn.linux.topology.FileSystems;
import cairn.repository.session.Owner;
import cairn.volume.Volume;
import cairn.volume.Volumes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveDevicesTest {
  private static final Owner OWNER = new Owner("here", "boot:1", 1, "test");

  @TempDir private Path folder;

  /// No cluster is here, so the mount table tells of one.
  @ParameterizedTest
  @CsvSource({"ext4, true", "gfs2, false", "ocfs2, false"})
  void whatOtherMachinesWriteToIsNotTracked(String type, boolean seen, Seed seed) throws Exception {
    Path image = folder.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(32 << 20);
    }
    LiveDevices.Choice choice =
        new LiveDevices.Choice(
            true,
            Optional.empty(),
            Duration.ofSeconds(20),
            folder.resolve("no-trackers"),
            Thread::sleep);
    try (LoopDevice loop = LoopDevice.over(image);
        Mounted mounted = Mounted.ext4(loop, folder.resolve("mounted"));
        Volume volume = Volumes.open(loop.toString());
        LiveDevices live =
            LiveDevices.open(
                List.of(volume),
                choice,
                new LvmSnapshots(command -> "", OWNER, seed.random()),
                seed.random(),
                mountedAs(type, mounted.directory()))) {
      assertThat(live.inUse(volume).orElseThrow().writes().isSeeing()).isEqualTo(seen);
      assertThat(live.stillness().isPossible()).isTrue();
      if (!seen) {
        assertThat(String.join("", live.warnings()))
            .contains("all of it is read while it is frozen: the " + type + " at ")
            .contains("is a cluster's, of which other machines may write to it");
      }
    }
  }

  private FileSystems mountedAs(String type, Path directory) throws IOException {
    Path mounts = folder.resolve("proc/self/mountinfo");
    Files.createDirectories(folder.resolve("proc/self"));
    List<String> lines =
        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
            .map(line ->
                line.contains(" " + directory + " ")
                    ? line.replace(" - ext4 ", " - " + type + " ")
                    : line)
            .toList();
    Files.write(mounts, lines);
    return FileSystems.read(folder.resolve("proc"), Path.of("/sys"));
  }
}
