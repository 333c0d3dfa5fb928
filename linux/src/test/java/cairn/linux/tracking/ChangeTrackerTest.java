package cairn.linux.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChangeTrackerTest {
  @TempDir private Path directory;

  @Test
  void marksWhatIsWrittenAndNothingElse(Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 64 << 20);
        ChangeTracker tracker = ChangeTracker.attach(disk.whole(), seed.random())) {
      assertThat(TestDisk.marked(tracker, 1)).isEqualTo(new BitSet());
      disk.write(3 * 65536 + 4096, 4096, 7);
      disk.write(10 * 65536 - 512, 1024, 7);
      BitSet expected = new BitSet();
      expected.set(3);
      expected.set(9, 11);
      assertThat(TestDisk.marked(tracker, 1)).isEqualTo(expected);
      assertThat(tracker.advance()).isEqualTo(2);
      assertThat(TestDisk.marked(tracker, 2)).isEqualTo(new BitSet());
    }
  }
}
