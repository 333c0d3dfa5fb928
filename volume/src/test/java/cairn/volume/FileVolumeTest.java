package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.Extent;
import cairn.base.block.Extent.State;
import cairn.base.test.Seed;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileVolumeTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 511, 513, 65_536, 1_048_577, 3_145_745})
  void readsAnyRangeIntoAnyMemory(int size, Seed seed) throws IOException {
    byte[] content = seed.bytes(size);
    Path path = Files.write(directory.resolve("disk.img"), content);
    RandomGenerator random = seed.random();
    try (Volume volume = Volumes.open(path.toString());
        Arena arena = Arena.ofConfined()) {
      assertThat(volume.size()).isEqualTo(size);
      for (int round = 0; round < 50; round++) {
        int offset = random.nextInt(size + 1);
        int length = random.nextInt(size - offset + 1);
        byte[] expected = Arrays.copyOfRange(content, offset, offset + length);
        byte[] target = new byte[length + 3];
        volume.read(offset, target, 2, length);
        assertThat(Arrays.copyOfRange(target, 2, length + 2)).isEqualTo(expected);
        assertThat(target[0] | target[1] | target[length + 2]).isZero();
        MemorySegment nativeTarget = arena.allocate(length);
        volume.read(offset, nativeTarget);
        assertThat(nativeTarget.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
      }
      volume.checkUnchanged();
    }
  }

  @Test
  void knowsTheHolesOfAHugeSparseFile() throws IOException {
    long data = (7L << 40) + 65_536;
    Path path = sparse(10L << 40);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(data);
      file.write(new byte[65_536]);
    }
    try (Volume volume = Volumes.open(path.toString())) {
      assertThat(volume.extents(0, volume.size()))
          .containsExactly(
              new Extent(0, data, State.HOLE),
              new Extent(data, 65_536, State.DATA),
              new Extent(data + 65_536, (10L << 40) - data - 65_536, State.HOLE));
      assertThat(volume.extents(data + 10, 100))
          .containsExactly(new Extent(data + 10, 100, State.DATA));
      assertThat(volume.extents(5, 100)).containsExactly(new Extent(5, 100, State.HOLE));
      assertThat(volume.extents(5, 0)).isEmpty();
    }
  }

  @Test
  void anEmptyFileHasNoExtents() throws IOException {
    try (Volume volume = Volumes.open(sparse(0).toString())) {
      assertThat(volume.extents(0, 0)).isEmpty();
    }
  }

  @Test
  void aFileThatEndsEarlyIsAnErrorAndNeverZeros() throws IOException {
    Path path = sparse(1 << 20);
    try (Volume volume = Volumes.open(path.toString())) {
      resize(path, 100_000);
      byte[] target = new byte[65_536];
      volume.read(0, target, 0, 65_536);
      assertThatThrownBy(() -> volume.read(65_536, target, 0, 65_536))
          .isInstanceOf(EOFException.class)
          .hasMessageContainingAll(path.toString(), "ends at byte 100000", "before byte 131072");
      assertThatThrownBy(() -> volume.extents(0, 1 << 20))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("ends at byte 100000");
    }
  }

  /// Times of files are as coarse as the kernel's tick, so it is tried until that is over.
  @Test
  void saysWhenTheFileWasWrittenTo() throws Exception {
    Path path = sparse(1_000_000);
    try (Volume volume = Volumes.open(path.toString())) {
      volume.read(0, new byte[4096], 0, 4096);
      assertThat(volume.wasWritten()).isFalse();
      for (int attempt = 0; attempt < 1000 && !volume.wasWritten(); attempt++) {
        Thread.sleep(1);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
          file.seek(500_000);
          file.write(1);
        }
      }
      assertThat(volume.wasWritten()).isTrue();
      volume.checkUnchanged();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {999_999, 2_000_000})
  void saysWhenTheSizeHasChanged(int newSize) throws IOException {
    Path path = sparse(1_000_000);
    try (Volume volume = Volumes.open(path.toString())) {
      volume.checkUnchanged();
      resize(path, newSize);
      assertThatThrownBy(volume::checkUnchanged)
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(path.toString(), "1000000", Integer.toString(newSize));
      assertThat(volume.size()).isEqualTo(1_000_000);
    }
  }

  @Test
  void refusesRangesOutsideOfTheVolume() throws IOException {
    try (Volume volume = Volumes.open(sparse(1000).toString())) {
      byte[] target = new byte[2000];
      for (long[] range : new long[][] {{-1, 1}, {0, 1001}, {1000, 1}, {Long.MAX_VALUE, 2}}) {
        assertThatThrownBy(() -> volume.read(range[0], target, 0, (int) range[1]))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> volume.extents(range[0], range[1]))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void anInterruptedThreadDoesNotSpoilItForTheOthers() throws IOException {
    Path path = Files.write(directory.resolve("disk.img"), new byte[] {1, 2, 3});
    try (Volume volume = Volumes.open(path.toString())) {
      byte[] target = new byte[3];
      Thread.currentThread().interrupt();
      volume.read(0, target, 0, 3);
      assertThat(Thread.interrupted()).isTrue();
      volume.read(0, target, 0, 3);
      assertThat(target).containsExactly(1, 2, 3);
    }
  }

  @Test
  void readingAfterCloseFails() throws IOException {
    Volume volume = Volumes.open(sparse(10).toString());
    volume.close();
    assertThatThrownBy(() -> volume.read(0, new byte[1], 0, 1)).isInstanceOf(IOException.class);
  }

  @Test
  void tellsWhichFileItIs() throws IOException {
    Path path = sparse(10);
    try (Volume volume = Volumes.open(path.resolveSibling("./disk.img").toString())) {
      VolumeIdentity identity = volume.identity();
      assertThat(identity.kind()).isEqualTo(VolumeIdentity.Kind.FILE);
      assertThat(identity.location()).isEqualTo(path.toString());
      assertThat(identity.sizeBytes()).isEqualTo(10);
      assertThat(identity.device()).isEmpty();
    }
  }

  @Test
  void whatCannotBeASourceIsRefusedInASentence() throws IOException {
    Path socket = directory.resolve("fifo");
    cairn.linux.test.Command.run("mkfifo", socket.toString());
    Path missing = directory.resolve("missing");
    for (List<String> refusal :
        List.of(
            List.of("", "cannot back up an empty path; name a file or a block device"),
            List.of(
                directory.toString(),
                "cannot back up "
                    + directory
                    + ": it is a directory; name an image file or a block device"),
            List.of(
                "/dev/null",
                "cannot back up /dev/null: it is a character device; name an image file or a block"
                    + " device"),
            List.of(
                socket.toString(),
                "cannot back up "
                    + socket
                    + ": it is a pipe or socket; name an image file or a block device"),
            List.of(
                missing.toString(),
                "cannot back up " + missing + ": there is no such file or device"))) {
      assertThatThrownBy(() -> Volumes.open(refusal.get(0)).close())
          .isInstanceOf(IOException.class)
          .hasMessage(refusal.get(1));
    }
  }

  private Path sparse(long size) throws IOException {
    Path path = directory.resolve("disk.img");
    resize(path, size);
    return path;
  }

  private static void resize(Path path, long size) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
    }
  }
}
