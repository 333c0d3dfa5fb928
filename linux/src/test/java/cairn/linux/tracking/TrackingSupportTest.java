package cairn.linux.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.linux.DeviceNumber;
import cairn.linux.test.SystemTree;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class TrackingSupportTest {
  private static final Path PROC = Path.of("/proc");

  @TempDir private Path directory;

  @Test
  void saysWhatTheRunningKernelOffers() throws IOException {
    TrackingSupport support = TrackingSupport.live();
    assertThat(support.kernelRelease()).isEqualTo(System.getProperty("os.version"));
    assertThat(support.way()).contains(TrackingSupport.Way.TYPED);
    assertThat(support.refused()).isEmpty();
    assertThat(support.pinnable()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void saysWhichWayWillBeTaken(TrackingSupport.Way way) throws IOException {
    try (Ways ways = new Ways(way, directory)) {
      TrackingSupport support = TrackingSupport.of(ways.kernel(), PROC);
      assertThat(support.way()).contains(way);
      assertThat(support.typeInformation()).isEqualTo(way == TrackingSupport.Way.TYPED);
      assertThat(support.tracepoints()).isEqualTo(way == TrackingSupport.Way.PERF);
    }
  }

  @Test
  void withoutTypesAndTracefsThereIsNoWay(Seed seed) throws IOException {
    Path none = directory.resolve("none");
    Kernel kernel = new Kernel(none, none, Path.of("/sys"));
    TrackingSupport support = TrackingSupport.of(kernel, PROC);
    assertThat(support.way()).isEmpty();
    assertThat(support.pinnable()).isFalse();
    try (TestDisk disk = new TestDisk(directory, 1 << 20)) {
      assertThatThrownBy(() -> ChangeTracker.attach(kernel, disk.whole(), seed.random()))
          .isInstanceOf(TrackerUnavailable.class)
          .hasMessageContaining("tracefs is of no use: mount(tracefs, " + none + "): ENOENT");
    }
  }

  @Test
  void aDiskHasToBeThere(Seed seed) {
    TrackedRange nowhere = new TrackedRange(new DeviceNumber(999, 9), 0, 512);
    assertThatThrownBy(() -> ChangeTracker.attach(nowhere, seed.random()))
        .isInstanceOf(TrackerUnavailable.class)
        .hasMessage("there is no block device 999:9");
  }

  @Test
  void aDiskThatProgramsMapIsNotTracked(Seed seed) throws IOException {
    SystemTree tree = new SystemTree(directory);
    tree.device("virtual/block/pmem0", 259, 0, 1 << 20).attribute("pmem0", "queue/dax", "1");
    Kernel live = Kernel.live();
    Kernel kernel = new Kernel(live.typeInformation(), live.tracefs(), directory.resolve("sys"));
    TrackedRange range = new TrackedRange(new DeviceNumber(259, 0), 0, 1 << 20);
    assertThatThrownBy(() -> ChangeTracker.attach(kernel, range, seed.random()))
        .isInstanceOf(TrackerUnavailable.class)
        .hasMessageContaining("pmem0 is memory that programs can write to directly");
  }

  @ParameterizedTest
  @CsvSource({
    "5.10.0-28-amd64, false",
    "5.15.0, true",
    "5.4.0, false",
    "6.1.0-18-amd64, true",
    "4.18.0-553.el8, false",
    "10.0, true",
    "unknown, false",
  })
  void comparesReleasesByNumber(String release, boolean recent) {
    assertThat(TrackingSupport.isAtLeast(release, 5, 15)).isEqualTo(recent);
  }
}
