package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import cairn.linux.test.Unmount;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoredBytesTest {
  private static final int SIZE = 5_000_001;

  @TempDir private Path folder;

  /// The kernel does not let go of pages that a program has mapped.
  @Test
  void theDiskAnswersAndNotTheCache(Seed seed) throws IOException {
    Path backing = folder.resolve("fs");
    try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
      file.setLength(64 << 20);
    }
    byte[] content = seed.bytes(1 << 20);
    try (LoopDevice loop = LoopDevice.over(backing);
        Mounted mounted = Mounted.ext4(loop, folder.resolve("mnt"))) {
      Path file = Files.write(mounted.directory().resolve("file"), content);
      Command.run("sync", "-f", file.toString());
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
          StoredBytes stored = StoredBytes.open(file, "file");
          Arena arena = Arena.ofConfined()) {
        MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, content.length, arena);
        mapped.load();
        invert(backing, content);
        byte[] back = new byte[content.length];
        stored.read(0, MemorySegment.ofArray(back));
        assertThat(Arrays.mismatch(back, content)).isNotNegative();
        assertThat(mapped.mismatch(MemorySegment.ofArray(content)))
            .as("what the cache has")
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void anyRangeCanBeReadAndNothingStaysInTheCache(Seed seed) throws IOException {
    readsAnyRange(folder.resolve("file"), seed);
    assertThat(residentBytes(folder.resolve("file"))).isLessThan(SIZE / 2);
  }

  @Test
  void alsoWhereNothingGetsPastTheCache(Seed seed) throws IOException {
    Path mount = Files.createDirectory(folder.resolve("mnt"));
    Command.run("mount", "-t", "ramfs", "none", mount.toString());
    try {
      readsAnyRange(mount.resolve("file"), seed);
    } finally {
      Unmount.of(mount);
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
    try (StoredBytes stored = StoredBytes.open(file, "file")) {
      assertThat(stored.nextData(0, data * 2)).isEqualTo(data);
      assertThat(stored.nextData(data + 1, data * 2)).isEqualTo(data + 1);
      assertThat(stored.nextData(data + (1 << 20), data * 2)).isEqualTo(data * 2);
      assertThat(stored.nextData(data * 2, data * 2)).isEqualTo(data * 2);
    }
  }

  private static void readsAnyRange(Path file, Seed seed) throws IOException {
    RandomGenerator random = seed.random();
    byte[] content = seed.bytes(SIZE);
    Files.write(file, content);
    Command.run("sync", "-f", file.toString());
    try (StoredBytes stored = StoredBytes.open(file, "file");
        Arena arena = Arena.ofConfined()) {
      for (int round = 0; round < 100; round++) {
        int pages = random.nextInt(3) == 0 ? 1 : 4096;
        int from = random.nextInt(SIZE) & -pages;
        int length = Math.min(SIZE - from, 1 + random.nextInt(3 << 20)) & -pages;
        MemorySegment target =
            random.nextBoolean() ? arena.allocate(length) : MemorySegment.ofArray(new byte[length]);
        stored.read(from, target);
        assertThat(target.mismatch(MemorySegment.ofArray(content).asSlice(from, length)))
            .as(from + "+" + length)
            .isEqualTo(-1);
      }
      MemorySegment tooLong = arena.allocate(ValueLayout.JAVA_BYTE, 8192);
      assertThatThrownBy(() -> stored.read(SIZE & -4096, tooLong))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("file ends at byte");
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

  static long residentBytes(Path file) throws IOException {
    String output =
        Command.run("fincore", "--bytes", "--noheadings", "--output=RES", file.toString());
    return Long.parseLong(output);
  }
}
