package cairn.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.linux.NativeFile.Option;
import cairn.linux.test.LoopDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeFileTest {
  @TempDir private Path directory;

  @Test
  void readsUpToTheEndAndSaysHowMuch() throws IOException {
    // In the POSIX locale Java itself knows ASCII names only.
    Charset names = Charset.forName(System.getProperty("sun.jnu.encoding"));
    String letter = names.newEncoder().canEncode('\u00fc') ? "\u00fc" : "u";
    Path path = Files.writeString(directory.resolve("a bl" + letter + "e name"), "hello");
    try (NativeFile file = NativeFile.open(path);
        Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(16);
      assertThat(file.read(1, buffer)).isEqualTo(4);
      assertThat(buffer.asSlice(0, 4).toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo("ello".getBytes(StandardCharsets.US_ASCII));
      assertThat(file.read(5, buffer)).isZero();
    }
  }

  @Test
  void cannotWriteWhatWasOpenedForReading() throws IOException {
    Path path = Files.writeString(directory.resolve("file"), "hello");
    try (NativeFile file = NativeFile.open(path);
        Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> file.write(0, arena.allocate(3)))
          .isInstanceOf(CallFailed.class)
          .hasMessage("pwrite(" + path + ", 3 bytes at 0): EBADF (descriptor not open for this)");
    }
    assertThat(path).hasContent("hello");
  }

  @Test
  void namesTheErrorTheCallAndItsArguments() throws IOException {
    try (NativeFile full = NativeFile.open(Path.of("/dev/full"), Option.WRITE);
        Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> full.write(4096, arena.allocate(10)))
          .hasMessage("pwrite(/dev/full, 10 bytes at 4096): ENOSPC (no space left)")
          .extracting(e -> ((CallFailed) e).errno())
          .isEqualTo(Errno.ENOSPC);
    }
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> NativeFile.open(missing, Option.WRITE))
        .hasMessage("open(" + missing + ", [WRITE]): ENOENT (no such file or directory)");
  }

  @Test
  void createsOnlyWhatIsNotThereAndForItsOwnerAlone() throws IOException {
    Path path = directory.resolve("new");
    NativeFile.open(path, Option.WRITE, Option.CREATE_NEW).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> NativeFile.open(path, Option.WRITE, Option.CREATE_NEW))
        .hasMessageContaining("EEXIST");
  }

  @Test
  void isOfNoUseOnceClosedAndClosesOnce() throws IOException {
    NativeFile file = NativeFile.open(Files.writeString(directory.resolve("file"), "hello"));
    file.close();
    file.close();
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> file.read(0, arena.allocate(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void survivesAnInterrupt() throws IOException {
    Path path = Files.writeString(directory.resolve("file"), "hello");
    try (NativeFile file = NativeFile.open(path);
        Arena arena = Arena.ofConfined()) {
      Thread.currentThread().interrupt();
      assertThat(file.read(0, arena.allocate(5))).isEqualTo(5);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(file.read(0, arena.allocate(5))).isEqualTo(5);
    }
  }

  @Test
  void followsNoLinkWhenToldSo() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    NativeFile.open(file, Option.NO_LINK).close();
    NativeFile.open(link).close();
    assertThatThrownBy(() -> NativeFile.open(link, Option.NO_LINK)).hasMessageContaining("ELOOP");
  }

  @Test
  void findsHolesAndMakesThem() throws IOException {
    Path path = directory.resolve("sparse");
    try (NativeFile file = NativeFile.open(path, Option.WRITE, Option.CREATE_NEW);
        Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(64 * 1024).fill((byte) 7);
      file.resize(10L << 40);
      file.write(5L << 40, data);
      assertThat(file.nextData(0)).isEqualTo(5L << 40);
      assertThat(file.nextHole(5L << 40)).isEqualTo((5L << 40) + data.byteSize());
      file.punchHole(5L << 40, data.byteSize());
      assertThatThrownBy(() -> file.nextData(0)).hasMessageContaining("ENXIO");
      assertThat(file.status().sizeBytes()).isEqualTo(10L << 40);
      assertThat(file.status().allocatedBytes()).isLessThan(1 << 20);
      file.allocate(0, 1 << 20);
      assertThat(file.status().allocatedBytes()).isGreaterThanOrEqualTo(1 << 20);
      file.startWriteback(0, 0);
      file.sync();
      file.finishWriteback(0, 0);
      file.dropCache(0, 0);
    }
  }

  @Test
  void tellsTheTypesOfFilesApart() throws IOException {
    assertThat(FileStatus.of(directory).type()).isEqualTo(FileStatus.Type.DIRECTORY);
    FileStatus nullDevice = FileStatus.of(Path.of("/dev/null"));
    assertThat(nullDevice.type()).isEqualTo(FileStatus.Type.CHARACTER_DEVICE);
    assertThat(nullDevice.device()).hasToString("1:3");
    Path file = Files.createFile(directory.resolve("a"));
    Path link = Files.createSymbolicLink(directory.resolve("b"), file);
    Path other = Files.createFile(directory.resolve("c"));
    assertThat(FileStatus.of(link).isSameFile(FileStatus.of(file))).isTrue();
    assertThat(FileStatus.of(other).isSameFile(FileStatus.of(file))).isFalse();
  }

  @Test
  void asksDevicesForTheirSizesAndSectors() throws IOException {
    Path backing = directory.resolve("backing");
    try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
      file.setLength(3 << 20);
    }
    try (LoopDevice loop = LoopDevice.over(backing, "--sector-size=4096", "--read-only");
        NativeFile device = NativeFile.open(loop.path())) {
      assertThat(BlockIoctl.sizeBytes(device)).isEqualTo(3 << 20);
      assertThat(BlockIoctl.logicalSectorBytes(device)).isEqualTo(4096);
      assertThat(BlockIoctl.physicalSectorBytes(device)).isEqualTo(4096);
      assertThat(BlockIoctl.isReadOnly(device)).isTrue();
      assertThat(device.status().type()).isEqualTo(FileStatus.Type.BLOCK_DEVICE);
      BlockIoctl.flushBuffers(device);
    }
    try (NativeFile file = NativeFile.open(backing)) {
      assertThatThrownBy(() -> BlockIoctl.sizeBytes(file))
          .hasMessage(
              "ioctl(" + backing + ", BLKGETSIZE64): ENOTTY (not supported by this device)");
    }
  }

  @Test
  void opensDevicesExclusively() throws IOException {
    Path backing = Files.write(directory.resolve("backing"), new byte[1 << 20]);
    try (LoopDevice loop = LoopDevice.over(backing);
        NativeFile device = NativeFile.open(loop.path(), Option.WRITE, Option.EXCLUSIVE)) {
      assertThatThrownBy(() -> NativeFile.open(loop.path(), Option.WRITE, Option.EXCLUSIVE))
          .hasMessageContaining("EBUSY");
      assertThat(device.path()).isEqualTo(loop.toString());
    }
  }
}
