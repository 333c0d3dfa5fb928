package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SnapshotVolumeTest {
  @TempDir private Path directory;

  @Test
  void isTheOriginWithWhatWasKept(Seed seed) throws IOException {
    byte[] then = seed.bytes(70_000);
    Path origin = Files.write(directory.resolve("origin"), seed.split(1).bytes(70_000));
    Path kept = Files.write(directory.resolve("kept"), then);
    try (Volume live = Volumes.open(origin.toString());
        Volume volume = SnapshotVolume.of(live, Volumes.open(kept.toString()), Optional::empty)) {
      byte[] read = new byte[then.length];
      volume.read(0, read, 0, read.length);
      assertThat(read).isEqualTo(then);
      assertThat(volume.identity()).isEqualTo(live.identity());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "LVM gave it up"})
  void whoCannotReadItHearsWhatBecameOfIt(String loss) throws IOException {
    Path origin = Files.write(directory.resolve("origin"), new byte[4096]);
    Path kept = Files.write(directory.resolve("kept"), new byte[4096]);
    Optional<String> reason = loss.isEmpty() ? Optional.empty() : Optional.of(loss);
    try (Volume live = Volumes.open(origin.toString());
        Volume volume = SnapshotVolume.of(live, Volumes.open(kept.toString()), () -> reason)) {
      Files.write(kept, new byte[0]);
      assertThatThrownBy(() -> volume.read(0, new byte[4096], 0, 4096))
          .hasMessageContaining(kept + " ends at byte 0")
          .message()
          .matches(text -> text.endsWith(": " + loss) == !loss.isEmpty());
    }
  }

  @Test
  void ofAnotherSizeThereIsNone() throws IOException {
    Path origin = Files.write(directory.resolve("origin"), new byte[5000]);
    Path kept = Files.write(directory.resolve("kept"), new byte[4096]);
    try (Volume live = Volumes.open(origin.toString())) {
      Volume small = Volumes.open(kept.toString());
      assertThatThrownBy(() -> SnapshotVolume.of(live, small, Optional::empty))
          .hasMessage(
              origin
                  + " has 5000 bytes and its snapshot 4096: its size has just been changed; run the"
                  + " backup again");
    }
  }
}
