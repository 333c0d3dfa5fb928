package cairn.linux;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.test.SystemTree;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk of two partitions, and what the kernel counts of them.
class WriteWatchTest {
  private static final DeviceNumber DISK = new DeviceNumber(8, 0);
  private static final DeviceNumber FIRST = new DeviceNumber(8, 1);
  private static final DeviceNumber SECOND = new DeviceNumber(8, 2);

  @TempDir private Path folder;
  private SystemTree tree;
  private BlockTopology topology;

  @BeforeEach
  void prepare() throws IOException {
    tree = new SystemTree(folder);
    tree.device("pci0/sda", 8, 0, 100 << 20);
    tree.partition("sda", 1, 1 << 20, 40 << 20).partition("sda", 2, 41 << 20, 40 << 20);
    topology = new BlockTopology(folder.resolve("sys"));
    counts(300, 100, 200);
  }

  private void counts(long disk, long first, long second) throws IOException {
    tree.attribute("sda", "stat", stat(disk));
    tree.attribute("sda", "sda1/stat", stat(first));
    tree.attribute("sda", "sda2/stat", stat(second));
  }

  private static String stat(long sectors) {
    return "  7 7 7 7  9 9 %d 9 0 9 9  2 2 5 2 3 3".formatted(sectors);
  }

  private WriteWatch watch(DeviceNumber device) throws IOException {
    return WriteWatch.begin(topology, device);
  }

  @Test
  void whatIsWrittenToAPartitionIsWrittenToItAndTheDisk() throws IOException {
    WriteWatch disk = watch(DISK);
    WriteWatch first = watch(FIRST);
    WriteWatch second = watch(SECOND);
    counts(301, 101, 200);
    assertThat(disk.sawWrites()).isTrue();
    assertThat(first.sawWrites()).isTrue();
    assertThat(second.sawWrites()).isFalse();
  }

  @Test
  void whatIsWrittenPastThePartitionsMayBeInAny() throws IOException {
    WriteWatch first = watch(FIRST);
    counts(308, 100, 200);
    assertThat(first.sawWrites()).isTrue();
  }

  @Test
  void discardsAreWrites() throws IOException {
    WriteWatch disk = watch(DISK);
    tree.attribute("sda", "stat", stat(300).replace("2 2 5 2", "3 2 6 2"));
    assertThat(disk.sawWrites()).isTrue();
  }

  @Test
  void readingAndFlushingAreNot() throws IOException {
    WriteWatch disk = watch(DISK);
    tree.attribute("sda", "stat", stat(300).replace("7 7 7 7", "9 9 9 9").replace("3 3", "4 4"));
    assertThat(disk.sawWrites()).isFalse();
  }

  @Test
  void aDeviceThatIsNotCountedSawNothing() throws IOException {
    WriteWatch unknown = watch(new DeviceNumber(99, 0));
    assertThat(unknown.sawWrites()).isFalse();
    tree.device("virtual/block/old", 253, 0, 1 << 20);
    WriteWatch old = watch(new DeviceNumber(253, 0));
    assertThat(old.sawWrites()).isFalse();
  }
}
