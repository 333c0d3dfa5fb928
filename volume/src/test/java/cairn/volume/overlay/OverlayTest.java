package cairn.volume.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.Extent;
import cairn.base.block.Extent.State;
import cairn.base.block.NoRoom;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.linux.Errno;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written reads back, what is not is as below, and failures are said.
class OverlayTest {
  private static final int SIZE = 3_000_001;
  private static final OverlayBase BASE = new OverlayBase("1f3a", "disk", SIZE);

  @TempDir Path folder;
  private final Pattern below = new Pattern(SIZE);

  @Test
  void readsAsAnyDiskThatIsWrittenTo(Seed seed) throws IOException, CorruptData {
    RandomGenerator random = seed.random();
    byte[] model = new byte[SIZE];
    below.read(0, model, 0, SIZE);
    Path path = folder.resolve("overlay");
    for (int round = 0; round < 4; round++) {
      try (Overlay overlay = Overlays.openOrCreate(path, BASE, below)) {
        assertThat(content(overlay)).isEqualTo(model);
        for (int i = 0; i < 100; i++) {
          int offset = random.nextInt(SIZE);
          int length = random.nextInt(Math.min(SIZE - offset, i < 90 ? 10_000 : 500_000) + 1);
          if (random.nextInt(3) == 0) {
            overlay.zero(offset, length);
            Arrays.fill(model, offset, offset + length, (byte) 0);
          } else {
            byte[] bytes = new byte[length + 3];
            random.nextBytes(bytes);
            overlay.write(offset, bytes, 3, length);
            System.arraycopy(bytes, 3, model, offset, length);
          }
        }
        assertThat(content(overlay)).isEqualTo(model);
      }
    }
  }

  @Test
  void isReadWithoutBeingWrittenTo() throws IOException, CorruptData {
    Path path = folder.resolve("overlay");
    try (Overlay overlay = Overlays.openOrCreate(path, BASE, below)) {
      overlay.write(10_000, new byte[] {1}, 0, 1);
      assertThatThrownBy(() -> Overlays.openReadOnly(path, BASE, below).close())
          .hasMessageContaining("is in use");
    }
    byte[] before = Files.readAllBytes(path);
    try (Overlay overlay = Overlays.openReadOnly(path, BASE, below)) {
      byte[] read = new byte[1];
      overlay.read(10_000, read, 0, 1);
      assertThat(read).containsExactly(1);
      assertThatThrownBy(() -> Overlays.openOrCreate(path, BASE, below).close())
          .hasMessageContaining("is in use");
      assertThatThrownBy(() -> overlay.write(0, read, 0, 1)).hasMessageContaining("read only");
      assertThatThrownBy(() -> overlay.zero(0, SIZE)).hasMessageContaining("read only");
      assertThatThrownBy(overlay::flush).hasMessageContaining("read only");
    }
    assertThat(path).hasBinaryContent(before);
    Overlays.openOrCreate(path, BASE, below).close();
  }

  @Test
  void tellsWhatWasWrittenTo() throws IOException {
    Overlay overlay = Overlay.create(new CrashingFile(), BASE, below);
    overlay.write(10_000, new byte[] {1}, 0, 1);
    overlay.zero(40_960, 8192);
    assertThat(changes(overlay))
        .containsExactly(new Extent(8192, 4096, State.DATA), new Extent(40_960, 8192, State.HOLE));
    assertThat(overlay.extents(36_864, 20_000))
        .containsExactly(
            new Extent(36_864, 4096, State.DATA),
            new Extent(40_960, 8192, State.HOLE),
            new Extent(49_152, 7712, State.DATA));
  }

  @Test
  void trimmingFreesWholeUnitsAndLeavesTheRest() throws IOException {
    Overlay overlay = Overlay.create(new CrashingFile(), BASE, below);
    overlay.trim(4000, 4096 + 4096);
    assertThat(changes(overlay)).containsExactly(new Extent(4096, 4096, State.HOLE));
    byte[] bytes = new byte[1];
    overlay.read(4000, bytes, 0, 1);
    assertThat(bytes[0]).isEqualTo(Pattern.at(4000));
  }

  /// As after the fsync errors of PostgreSQL in 2018: the second one would have said that all is
  /// well.
  @Test
  void afterAFailedSyncNothingIsAcknowledged() throws IOException {
    CrashingFile file = new CrashingFile();
    Overlay overlay = Overlay.create(file, BASE, below);
    overlay.write(0, new byte[] {7}, 0, 1);
    file.failNextSync();
    assertThatThrownBy(overlay::flush)
        .hasMessageContaining("cannot make durable the data of")
        .hasMessageContaining("EIO");
    assertThatThrownBy(overlay::flush).hasMessageContaining("takes nothing more");
    assertThatThrownBy(() -> overlay.write(0, new byte[1], 0, 1)).hasMessageContaining("EIO");
    assertThatThrownBy(() -> overlay.zero(0, 8192)).hasMessageContaining("EIO");
    assertThatThrownBy(() -> overlay.trim(0, 8192)).hasMessageContaining("EIO");
    assertThatThrownBy(overlay::close).hasMessageContaining("EIO");
    byte[] bytes = new byte[1];
    overlay.read(0, bytes, 0, 1);
    assertThat(bytes).containsExactly(7);
  }

  @Test
  void aFailedWriteIsFinalUnlessThereWasNoRoom() throws IOException {
    CrashingFile file = new CrashingFile();
    Overlay overlay = Overlay.create(file, BASE, below);
    file.failWritesWith(Errno.ENOSPC);
    assertThatThrownBy(() -> overlay.write(0, new byte[] {1}, 0, 1)).isInstanceOf(NoRoom.class);
    assertThat(changes(overlay)).isEmpty();
    file.failWritesWith(0);
    overlay.write(0, new byte[] {1}, 0, 1);
    overlay.flush();
    file.failWritesWith(Errno.EIO);
    assertThatThrownBy(() -> overlay.write(0, new byte[] {1}, 0, 1)).hasMessageContaining("EIO");
    file.failWritesWith(0);
    assertThatThrownBy(overlay::flush).hasMessageContaining("takes nothing more");
  }

  @Test
  void aMapThatCannotBeStoredIsAFailureOfTheFlush() throws IOException {
    CrashingFile file = new CrashingFile();
    Overlay overlay = Overlay.create(file, BASE, below);
    overlay.write(0, new byte[] {1}, 0, 1);
    file.failWritesWith(Errno.ENOSPC);
    assertThatThrownBy(overlay::flush).hasMessageContaining("ENOSPC");
    file.failWritesWith(0);
    assertThatThrownBy(overlay::flush).hasMessageContaining("takes nothing more");
  }

  /// A part of a unit cannot be kept without the rest, and is never made up from zeros.
  @Test
  void aUnitWhoseRestCannotBeReadIsNotWritten() throws IOException {
    Pattern damaged = new Pattern(SIZE).unreadableFrom(8192);
    Overlay overlay = Overlay.create(new CrashingFile(), BASE, damaged);
    assertThatThrownBy(() -> overlay.write(8200, new byte[1], 0, 1))
        .hasMessageContaining("cannot read");
    assertThat(changes(overlay)).isEmpty();
    overlay.write(8192, new byte[4096], 0, 4096);
    overlay.flush();
    byte[] bytes = new byte[4096];
    overlay.read(8192, bytes, 0, 4096);
    assertThat(bytes).containsOnly(0);
  }

  @Test
  void standsOnWhatItWasMadeFor() throws IOException, CorruptData {
    Path path = folder.resolve("overlay");
    Overlays.openOrCreate(path, BASE, below).close();
    assertThat(Overlays.isOne(path)).isTrue();
    assertThat(Overlays.baseOf(path)).isEqualTo(BASE);
    OverlayBase other = new OverlayBase("77b0", "disk", SIZE);
    assertThatThrownBy(() -> Overlays.openOrCreate(path, other, below))
        .hasMessage(
            path
                + " stands on volume disk of snapshot 1f3a, and not on volume disk of snapshot"
                + " 77b0");
  }

  @Test
  void isOpenOnce() throws IOException, CorruptData {
    Path path = folder.resolve("overlay");
    try (Overlay overlay = Overlays.openOrCreate(path, BASE, below)) {
      assertThat(overlay.size()).isEqualTo(SIZE);
      assertThatThrownBy(() -> Overlays.openOrCreate(path, BASE, below))
          .hasMessageContaining("is in use");
    }
    Overlays.openOrCreate(path, BASE, below).close();
  }

  @Test
  void aFileOfAnotherKindIsLeftAlone() throws IOException {
    Path path = Files.write(folder.resolve("image"), new byte[100_000]);
    assertThat(Overlays.isOne(path)).isFalse();
    assertThatThrownBy(() -> Overlays.openOrCreate(path, BASE, below))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("header, have no page that is whole expect one");
    assertThat(Files.readAllBytes(path)).containsOnly(0);
  }

  /// The page beside it is an old state that looks sound.
  @Test
  void aMapThatWentBadIsDamageAndNotAnOldState() throws IOException, CorruptData {
    Path path = folder.resolve("overlay");
    for (byte round = 1; round <= 2; round++) {
      try (Overlay overlay = Overlays.openOrCreate(path, BASE, below)) {
        overlay.write(round * 8192L, new byte[] {round}, 0, 1);
      }
    }
    flip(path, Page.offset(1, 0) + 40);
    assertThatThrownBy(() -> Overlays.openOrCreate(path, BASE, below))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining("pages that are not whole, have 1 expect 0");
  }

  @Test
  void layoutIsAsDocumented() {
    OverlayLayout layout = new OverlayLayout(1L << 40);
    assertThat(UnitMap.UNITS).isEqualTo(16_256);
    assertThat(layout.maps()).isEqualTo(16_514);
    assertThat(layout.dataOffset() % (1 << 20)).isZero();
    assertThat(layout.dataOffset()).isEqualTo(130L << 20);
    byte[] page = new Page(1, 2, new byte[Page.CONTENT_BYTES]).toBytes();
    assertThat(page).hasSize(4096).startsWith(0x89, 'C', 'O', 'V', 'L', '\r', '\n', 0x1a);
    assertThat(Arrays.copyOfRange(page, 12, 24))
        .containsExactly(1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0);
  }

  private static void flip(Path path, long offset) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(offset);
      int octet = file.read();
      file.seek(offset);
      file.write(octet ^ 1);
    }
  }

  private static List<Extent> changes(Overlay overlay) {
    List<Extent> changes = new ArrayList<>();
    overlay.changes(changes::add);
    return changes;
  }

  private static byte[] content(Overlay overlay) throws IOException {
    byte[] bytes = new byte[SIZE];
    overlay.read(0, bytes, 0, SIZE);
    List<Extent> extents = overlay.extents(0, SIZE);
    assertThat(extents.stream().mapToLong(Extent::length).sum()).isEqualTo(SIZE);
    for (Extent extent : extents) {
      if (extent.state() == State.HOLE) {
        int from = (int) extent.offset();
        assertThat(Arrays.copyOfRange(bytes, from, (int) extent.end())).containsOnly(0);
      }
    }
    return bytes;
  }
}
