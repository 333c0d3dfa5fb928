package cairn.linux.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.linux.FileSystemMount;
import cairn.linux.bpf.Bpf;
import cairn.linux.bpf.BpfMap;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PinTest {
  private static final int BLOCK = ChangeTracker.BLOCK_BYTES;

  @TempDir private Path directory;
  private Path bpffs;
  private Path pins;

  @BeforeEach
  void mount() throws IOException {
    bpffs = Files.createDirectory(directory.resolve("bpffs"));
    FileSystemMount.mount("bpf", bpffs);
    pins = bpffs.resolve("tracker");
  }

  @AfterEach
  void unmount() throws IOException {
    Command.run("umount", bpffs.toString());
  }

  @ParameterizedTest
  @EnumSource
  void goesOnWhenItsProcessIsClosed(TrackingSupport.Way way, Seed seed) throws IOException {
    try (Ways ways = new Ways(way, directory);
        TestDisk disk = new TestDisk(directory, 1 << 20)) {
      TrackerId id;
      try (ChangeTracker tracker =
          ChangeTracker.attach(ways.kernel(), disk.whole(), seed.random())) {
        assertThat(tracker.pin(pins)).isEmpty();
        id = tracker.id();
        disk.write(BLOCK, 512, 1);
        tracker.advance(7);
      }
      disk.write(2 * BLOCK, 512, 1);
      try (ChangeTracker again = reopened()) {
        assertThat(again.id()).isEqualTo(id);
        assertThat(again.range()).isEqualTo(disk.whole());
        assertThat(again.generation()).isEqualTo(2);
        assertThat(TestDisk.marked(again, 1)).isEqualTo(blocks(1, 2));
        assertThat(TestDisk.marked(again, 2)).isEqualTo(blocks(2));
        again.advance(7);
        disk.write(3 * BLOCK, 512, 1);
        assertThat(TestDisk.marked(again, 3)).isEqualTo(blocks(3));
        ChangeTracker.unpin(pins);
        assertThat(pins).doesNotExist();
        disk.write(4 * BLOCK, 512, 1);
        assertThat(TestDisk.marked(again, 3)).isEqualTo(blocks(3, 4));
      }
      assertThat(refusal()).contains("ENOENT");
      ChangeTracker.unpin(pins);
    }
  }

  @Test
  void goesOnWhenItsProcessIsKilled() throws IOException {
    try (TestDisk disk = new TestDisk(directory, 1 << 20)) {
      String answer;
      try (TrackerProcess process = TrackerProcess.pinning(disk.whole(), pins)) {
        answer = process.answer();
        disk.write(BLOCK, 512, 1);
      }
      disk.write(2 * BLOCK, 512, 1);
      try (ChangeTracker again = reopened()) {
        assertThat(answer).isEqualTo("pinned " + again.id());
        assertThat(TestDisk.marked(again, 1)).isEqualTo(blocks(1, 2));
      } finally {
        ChangeTracker.unpin(pins);
      }
    }
  }

  @Test
  void twoProcessesNeverGetTheSameGeneration(Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 1 << 20);
        ChangeTracker tracker = ChangeTracker.attach(disk.whole(), seed.random())) {
      tracker.pin(pins);
      try (ChangeTracker other = reopened()) {
        assertThat(tracker.advance(7)).isEqualTo(2);
        assertThat(other.advance(7)).isEqualTo(3);
        assertThat(tracker.advance(7)).isEqualTo(4);
      }
    } finally {
      ChangeTracker.unpin(pins);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"control", "marks", "block_bio_queue", "block_rq_complete"})
  void isRefusedWhenAPieceIsMissing(String piece, Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 1 << 20);
        ChangeTracker tracker = ChangeTracker.attach(disk.whole(), seed.random())) {
      tracker.pin(pins);
      Files.delete(pins.resolve(piece));
      assertThat(refusal())
          .startsWith("no tracker in " + pins + ": ")
          .containsAnyOf("ENOENT", "some of its attachments are missing");
    } finally {
      ChangeTracker.unpin(pins);
    }
    assertThat(pins).doesNotExist();
  }

  @Test
  void isRefusedWhenAPieceIsNotItsOwn(Seed seed) throws IOException {
    Path others = bpffs.resolve("other");
    try (TestDisk disk = new TestDisk(directory, 1 << 20);
        ChangeTracker tracker = ChangeTracker.attach(disk.whole(), seed.random());
        ChangeTracker other = ChangeTracker.attach(disk.whole(), seed.split(1).random())) {
      tracker.pin(pins);
      other.pin(others);
      swap("block_rq_issue", others);
      assertThat(refusal()).endsWith("its attachment to block_rq_issue is none of its own");
      swap("block_rq_issue", others);
      swap("marks", others);
      assertThat(refusal()).endsWith("is none of its own");
      swap("marks", others);
      reopened().close();
    } finally {
      ChangeTracker.unpin(pins);
      ChangeTracker.unpin(others);
    }
  }

  @Test
  void isRefusedWhenAMapHasAnotherShapeOrContent(Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 1 << 20);
        ChangeTracker tracker = ChangeTracker.attach(disk.whole(), seed.random());
        BpfMap large = BpfMap.create("test", BpfMap.Shape.pages(2));
        BpfMap empty = BpfMap.create("test", BpfMap.Shape.pages(1))) {
      tracker.pin(pins);
      Files.delete(pins.resolve("marks"));
      Bpf.pin(large.descriptor(), pins.resolve("marks"));
      assertThat(refusal()).endsWith("its marks have another size");
      Files.delete(pins.resolve("control"));
      Bpf.pin(large.descriptor(), pins.resolve("control"));
      assertThat(refusal()).endsWith("its control map has another shape");
      Files.delete(pins.resolve("control"));
      Bpf.pin(empty.descriptor(), pins.resolve("control"));
      assertThat(refusal()).endsWith("its control page is of another version");
    } finally {
      ChangeTracker.unpin(pins);
    }
  }

  @Test
  void isPinnedWholeOrNotAtAll(Seed seed) throws IOException {
    try (TestDisk disk = new TestDisk(directory, 1 << 20);
        ChangeTracker tracker = ChangeTracker.attach(disk.whole(), seed.random())) {
      assertThatThrownBy(() -> tracker.pin(directory.resolve("plain")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is no bpffs");
      assertThat(directory.resolve("plain")).doesNotExist();
      tracker.pin(pins);
      assertThatThrownBy(() -> tracker.pin(pins)).isInstanceOf(IOException.class);
      reopened().close();
    } finally {
      ChangeTracker.unpin(pins);
    }
  }

  @Test
  void saysWhatRightsItNeeds() throws IOException {
    String[] weak = {"setpriv", "--bounding-set", "-bpf,-perfmon,-sys_admin"};
    try (TestDisk disk = new TestDisk(directory, 1 << 20);
        TrackerProcess process = TrackerProcess.pinning(disk.whole(), pins, weak)) {
      assertThat(process.answer())
          .startsWith("unavailable: this process may not load programs into the kernel")
          .contains("CAP_BPF", "EPERM");
    }
  }

  private void swap(String name, Path others) throws IOException {
    Path aside = bpffs.resolve("aside");
    Files.move(pins.resolve(name), aside);
    Files.move(others.resolve(name), pins.resolve(name));
    Files.move(aside, others.resolve(name));
  }

  private ChangeTracker reopened() {
    Reopened reopened = ChangeTracker.openPinned(pins);
    if (reopened instanceof Reopened.Found found) {
      return found.tracker();
    }
    throw new AssertionError(reopened);
  }

  private String refusal() {
    return ((Reopened.Refused) ChangeTracker.openPinned(pins)).reason();
  }

  private static BitSet blocks(int... numbers) {
    BitSet blocks = new BitSet();
    for (int number : numbers) {
      blocks.set(number);
    }
    return blocks;
  }
}
