package cairn.linux;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import cairn.linux.test.PageCache;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoredFileTest {
  private static final int SIZE = 5_000_001;

  @TempDir private Path folder;

  /// The kernel does not let go of pages that a program has mapped.
  @Test
  void theDiskAnswersAndNotTheCache(Seed seed) throws IOException {
    Path backing = sparse();
    byte[] content = seed.bytes(1 << 20);
    try (LoopDevice loop = LoopDevice.over(backing);
        Mounted mounted = Mounted.ext4(loop, folder.resolve("mnt"))) {
      Path file = Files.write(mounted.directory().resolve("file"), content);
      Command.run("sync", "-f", file.toString());
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
          StoredFile stored = StoredFile.open(file);
          Arena arena = Arena.ofConfined()) {
        MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, content.length, arena);
        mapped.load();
        invert(backing, content);
        MemorySegment back = AlignedMemory.allocate(arena, content.length);
        assertThat(stored.read(0, back)).isEqualTo(content.length);
        assertThat(back.mismatch(MemorySegment.ofArray(content))).isNotNegative();
        assertThat(mapped.mismatch(MemorySegment.ofArray(content)))
            .as("what the cache has")
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void anyRangeCanBeReadAndNothingStaysInTheCache(Seed seed) throws IOException {
    try (LoopDevice loop = LoopDevice.over(sparse());
        Mounted mounted = Mounted.ext4(loop, folder.resolve("mnt"))) {
      readsAnyRange(mounted.directory().resolve("file"), seed);
      assertThat(PageCache.residentBytes(mounted.directory().resolve("file"))).isLessThan(SIZE / 2);
    }
  }

  @Test
  void alsoWhereNothingGetsPastTheCache(Seed seed) throws IOException {
    try (Mounted mounted = Mounted.ramfs(folder.resolve("mnt"))) {
      readsAnyRange(mounted.directory().resolve("file"), seed);
    }
  }

  @Test
  void holesAreSkipped() throws IOException {
    Path file = folder.resolve("file");
    long data = 1L << 40;
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.seek(data);
      sparse.write(1);
      sparse.setLength(data * 2);
    }
    try (StoredFile stored = StoredFile.open(file)) {
      assertThat(stored.nextData(0, data * 2)).isEqualTo(data);
      assertThat(stored.nextData(data + 1, data * 2)).isEqualTo(data + 1);
      assertThat(stored.nextData(data + (1 << 20), data * 2)).isEqualTo(data * 2);
      assertThat(stored.nextData(data * 2, data * 2)).isEqualTo(data * 2);
    }
  }

  private Path sparse() throws IOException {
    Path path = folder.resolve("fs");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(64 << 20);
    }
    return path;
  }

  private static void readsAnyRange(Path file, Seed seed) throws IOException {
    RandomGenerator random = seed.random();
    byte[] content = seed.bytes(SIZE);
    Files.write(file, content);
    Command.run("sync", "-f", file.toString());
    try (StoredFile stored = StoredFile.open(file);
        Arena arena = Arena.ofConfined()) {
      for (int round = 0; round < 100; round++) {
        int pages = random.nextInt(3) == 0 ? 1 : 4096;
        int from = random.nextInt(SIZE) & -pages;
        int length = Math.min(SIZE - from, 1 + random.nextInt(3 << 20)) & -pages;
        MemorySegment target = arena.allocate(length, random.nextBoolean() ? 4096 : 1);
        assertThat(stored.read(from, target)).isEqualTo(length);
        assertThat(target.mismatch(MemorySegment.ofArray(content).asSlice(from, length)))
            .as(from + "+" + length)
            .isEqualTo(-1);
      }
      MemorySegment beyond = AlignedMemory.allocate(arena, 8192);
      assertThat(stored.read(SIZE & -4096, beyond)).isEqualTo(SIZE % 4096);
      assertThat(stored.read((SIZE & -4096) + 1, beyond)).isEqualTo(SIZE % 4096 - 1);
    }
  }

  /// On the disk, wherever the file system has put it.
  private static void invert(Path backing, byte[] content) throws IOException {
    byte[] page = Arrays.copyOf(content, 4096);
    byte[] disk = Files.readAllBytes(backing);
    int at = 0;
    while (!Arrays.equals(disk, at, at + page.length, page, 0, page.length)) {
      at += 1024;
    }
    for (int i = 0; i < page.length; i++) {
      page[i] = (byte) ~page[i];
    }
    try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
      file.seek(at);
      file.write(page);
    }
  }
}
