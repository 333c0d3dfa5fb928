package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotVolumeTest {
  @TempDir private Path directory;

  @Test
  void isTheOriginWithWhatWasKept(Seed seed) throws IOException {
    byte[] then = seed.bytes(70_000);
    Path origin = Files.write(directory.resolve("origin"), seed.split(1).bytes(70_000));
    Path kept = Files.write(directory.resolve("kept"), then);
    try (Volume live = Volumes.open(origin.toString());
        Volume volume = SnapshotVolume.of(live, Volumes.open(kept.toString()))) {
      byte[] read = new byte[then.length];
      volume.read(0, read, 0, read.length);
      assertThat(read).isEqualTo(then);
      assertThat(volume.identity()).isEqualTo(live.identity());
    }
  }

  @Test
  void ofAnotherSizeThereIsNone() throws IOException {
    Path origin = Files.write(directory.resolve("origin"), new byte[5000]);
    Path kept = Files.write(directory.resolve("kept"), new byte[4096]);
    try (Volume live = Volumes.open(origin.toString())) {
      Volume small = Volumes.open(kept.toString());
      assertThatThrownBy(() -> SnapshotVolume.of(live, small))
          .hasMessage(
              origin
                  + " has 5000 bytes and its snapshot 4096: its size has just been changed; run the"
                  + " backup again");
    }
  }
}
