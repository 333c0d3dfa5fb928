package cairn.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.filesystem.Content.Unknown;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.FilledImage.Told;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.used.Moment;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ContentsTest {
  private static final int BYTES = 8 << 20;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 511, 512, 1023, 4096, 65536, 70_000})
  void tinyAndRandomVolumesAreUnknown(int size, Seed seed) throws IOException {
    MemoryVolume volume = MemoryVolume.of(seed.bytes(size));
    assertThat(Contents.identify(volume)).isInstanceOf(Unknown.class);
    AtomicLong told = new AtomicLong();
    UsedRanges.visit(
        volume,
        (offset, length) -> {
          assertThat(length).isPositive();
          told.addAndGet(length);
        });
    assertThat(told).hasValue(size);
  }

  @ParameterizedTest
  @CsvSource({
    "crypto_LUKS, 0, 4c554b53babe",
    "ntfs, 3, 4e54465320202020",
    "exfat, 3, 4558464154202020",
    "linux_raid_member, 4096, fc4e2ba9",
    "linux_raid_member, 8323072, fc4e2ba9",
    "linux_raid_member, 8380416, fc4e2ba9",
    "zfs_member, 139264, 0cb1ba0000000000",
    "f2fs, 1024, 1020f5f2"
  })
  void otherFormatsAreNamedAndTaken(String type, int offset, String magic) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    write(path, offset, HexFormat.of().parseHex(magic));
    Told told = FilledImage.told(path, (from, length) -> Moment.LIVE);
    assertThat(told.ranges().content().type()).isEqualTo(type);
    assertThat(told.ranges().parts().getFirst().sentence())
        .isEqualTo(type + ": every block is taken: its free blocks are not understood");
    assertThat(told.bytes()).isEqualTo(BYTES);
  }

  @ParameterizedTest
  @CsvSource({"4096, fc4e2ba9", "65600, 5f42485266535f4d", "4086, 53574150535041434532"})
  void theSignsOfTwoFormatsTakeEverything(int offset, String magic) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.ext4", "-q", path.toString());
    write(path, offset, HexFormat.of().parseHex(magic));
    Told told = FilledImage.told(path, (from, length) -> Moment.AT_REST);
    assertThat(told.ranges().parts().getFirst().reason().orElseThrow())
        .startsWith("it has the signs of ext and of ");
    assertThat(told.bytes()).isEqualTo(BYTES);
  }

  @Test
  void aMapThatCannotBeReadTakesEverything() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.ext4", "-q", path.toString());
    AtomicLong told = new AtomicLong();
    try (ImageFile image = new ImageFile(path);
        FailingVolume volume = new FailingVolume(image, 2)) {
      UsedRanges used = UsedRanges.visit(volume, (offset, length) -> told.set(length));
      assertThat(used.parts().getFirst().reason()).contains("its map could not be read: no luck");
    }
    assertThat(told).hasValue(BYTES);
  }

  @Test
  void aBootSectorWithoutPartitionsIsNoTable(Seed seed) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.ext4", "-q", "-L", "boot", path.toString());
    byte[] code = new byte[440];
    RandomGenerator random = seed.random();
    random.nextBytes(code);
    code[0] = (byte) 0xEB;
    code[11] = 0;
    code[12] = 0;
    write(path, 0, code);
    write(path, 510, new byte[] {0x55, (byte) 0xAA});
    Told told = FilledImage.told(path, (from, length) -> Moment.AT_REST);
    assertThat(told.ranges().content().label()).contains("boot");
    assertThat(told.ranges().parts().getFirst().reason()).isEmpty();
  }

  private static void write(Path path, long offset, byte[] bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(offset);
      file.write(bytes);
    }
  }
}
