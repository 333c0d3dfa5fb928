package cairn.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import cairn.base.test.Seed;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileMapTest {
  private static final int BLOCK = 4096;

  @TempDir private Path directory;

  @Test
  void everyByteOfAFileIsOnTheDeviceWhereTheMapSaysExt4(Seed seed) throws IOException {
    try (LoopDevice loop = LoopDevice.over(image());
        Mounted mounted = Mounted.ext4(loop, directory.resolve("mnt"))) {
      compare(loop, mounted, seed);
    }
  }

  @Test
  void everyByteOfAFileIsOnTheDeviceWhereTheMapSaysXfs(Seed seed) throws IOException {
    try (LoopDevice loop = LoopDevice.over(image());
        Mounted mounted = Mounted.xfs(loop, directory.resolve("mnt"))) {
      compare(loop, mounted, seed);
    }
  }

  /// More pieces than one call gives: every other block is a hole.
  private static void compare(LoopDevice loop, Mounted mounted, Seed seed) throws IOException {
    Path path = mounted.directory().resolve("file");
    int blocks = 3000;
    byte[] content = seed.bytes(blocks * BLOCK);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      for (int block = 0; block < blocks; block += 2) {
        file.seek((long) block * BLOCK);
        file.write(content, block * BLOCK, BLOCK);
      }
    }
    try (NativeFile file = NativeFile.open(path);
        NativeFile device = NativeFile.open(loop.path(), NativeFile.Option.DIRECT);
        Arena arena = Arena.ofConfined()) {
      List<FileMap.Piece> pieces = FileMap.of(file);
      assertThat(pieces).hasSizeGreaterThan(1024);
      MemorySegment buffer = AlignedMemory.allocate(arena, BLOCK);
      Set<Long> found = new HashSet<>();
      for (FileMap.Piece piece : pieces) {
        for (long at = 0; at < piece.length(); at += BLOCK) {
          long offset = piece.offset() + at;
          // XFS allocates some of the holes as well.
          if (offset / BLOCK % 2 == 0 && offset < content.length) {
            found.add(offset / BLOCK);
            device.read(piece.deviceOffset() + at, buffer);
            assertThat(buffer.mismatch(MemorySegment.ofArray(content).asSlice(offset, BLOCK)))
                .as("the first byte that differs at " + offset)
                .isEqualTo(-1);
          }
        }
      }
      assertThat(found).hasSize(blocks / 2);
    }
  }

  @Test
  void anEmptyFileLiesNowhere() throws IOException {
    try (LoopDevice loop = LoopDevice.over(image());
        Mounted mounted = Mounted.ext4(loop, directory.resolve("mnt"));
        NativeFile file = NativeFile.open(Files.createFile(mounted.directory().resolve("empty")))) {
      assertThat(FileMap.of(file)).isEmpty();
    }
  }

  @Test
  void btrfsIsRefusedAsItsAddressesAreNotThoseOfTheDevice() throws IOException {
    try (LoopDevice loop = LoopDevice.over(image());
        Mounted mounted = Mounted.btrfs(directory.resolve("mnt"), loop);
        NativeFile file = NativeFile.open(mounted.directory())) {
      assertThatExceptionOfType(CallFailed.class)
          .isThrownBy(() -> FileMap.of(file))
          .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP));
    }
  }

  private Path image() throws IOException {
    Path file = directory.resolve("image");
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.setLength(400 << 20);
    }
    return file;
  }
}
