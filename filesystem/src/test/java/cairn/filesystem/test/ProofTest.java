package cairn.filesystem.test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.filesystem.test.FilledImage.Told;
import cairn.filesystem.used.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProofTest {
  @TempDir private Path directory;

  @Test
  void aRangeThatIsMissingIsFoundOut(Seed seed) throws IOException {
    FilledImage image =
        FilledImage.make(directory.resolve("image"), 48 << 20, "mkfs.ext4 -q -b 1024", seed);
    Told told = FilledImage.told(image.path(), (offset, length) -> Moment.AT_REST);
    List<long[]> rest = new ArrayList<>(told.used());
    rest.remove(
        rest.stream().max(Comparator.comparingLong(range -> range[1] - range[0])).orElseThrow());
    Path copy = FilledImage.poisoned(image.path(), new Told(told.ranges(), rest, told.bytes()));
    assertThatThrownBy(() -> Proof.survives(image, copy, "e2fsck -fn"))
        .isInstanceOfAny(IOException.class, AssertionError.class);
  }
}
