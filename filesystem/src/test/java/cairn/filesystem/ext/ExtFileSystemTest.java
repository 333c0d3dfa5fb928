package cairn.filesystem.ext;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.filesystem.test.Damage;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.FilledImage.Told;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.MountPoint;
import cairn.filesystem.test.Proof;
import cairn.filesystem.test.Workload;
import cairn.filesystem.used.Moment;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExtFileSystemTest {
  private static final String CHECK = "e2fsck -fn";
  private static final long BYTES = 96L << 20;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkfs.ext4 -q",
        "mkfs.ext4 -q -b 1024",
        "mkfs.ext4 -q -b 2048",
        "mkfs.ext4 -q -b 4096 -g 8192",
        "mkfs.ext4 -q -b 4096 -g 4096 -G 4",
        "mkfs.ext4 -q -b 1024 -O ^flex_bg",
        "mkfs.ext4 -q -b 4096 -g 4096 -O ^flex_bg,^resize_inode",
        "mkfs.ext4 -q -b 1024 -O meta_bg,^resize_inode",
        "mkfs.ext4 -q -b 1024 -O meta_bg,^resize_inode,^64bit,^flex_bg",
        "mkfs.ext4 -q -b 1024 -O ^64bit",
        "mkfs.ext4 -q -b 1024 -O ^metadata_csum",
        "mkfs.ext4 -q -b 1024 -O ^metadata_csum,uninit_bg",
        "mkfs.ext4 -q -b 1024 -O ^metadata_csum,uninit_bg,^64bit",
        "mkfs.ext4 -q -b 1024 -O metadata_csum_seed",
        "mkfs.ext4 -q -b 1024 -O bigalloc -C 16384",
        "mkfs.ext4 -q -b 4096 -O bigalloc -C 65536",
        "mkfs.ext4 -q -b 1024 -O sparse_super2",
        "mkfs.ext4 -q -b 1024 -O ^sparse_super,^resize_inode",
        "mkfs.ext4 -q -b 1024 -O ^has_journal",
        "mkfs.ext4 -q -b 1024 -O inline_data,ea_inode,large_dir,mmp",
        "mkfs.ext4 -q -b 1024 -O orphan_file,fast_commit -I 512",
        "mkfs.ext4 -q -b 1024 -I 128 -O ^extra_isize",
        "mkfs.ext4 -q -b 1024 -E packed_meta_blocks=1,lazy_itable_init=1"
      })
  void nothingOfAnExt4IsCalledFreeThatIsNot(String command, Seed seed) throws IOException {
    FilledImage image = FilledImage.make(directory.resolve("image"), BYTES, command, seed);
    Proof.holds(image, "ext4", CHECK);
    assertSound(image.path());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mkfs.ext2 -q -b 1024", "mkfs.ext2 -q -b 4096 -g 8192"})
  void nothingOfAnExt2IsCalledFreeThatIsNot(String command, Seed seed) throws IOException {
    FilledImage image = FilledImage.make(directory.resolve("image"), BYTES, command, seed);
    Proof.holds(image, "ext2", CHECK);
    assertSound(image.path());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mkfs.ext3 -q -b 1024", "mkfs.ext3 -q -b 4096 -g 8192"})
  void nothingOfAnExt3IsCalledFreeThatIsNot(String command, Seed seed) throws IOException {
    FilledImage image = FilledImage.make(directory.resolve("image"), BYTES, command, seed);
    Proof.holds(image, "ext3", CHECK);
    assertSound(image.path());
  }

  @Test
  void aFrozenFileSystemIsCurrentAndALiveOneIsNot(Seed seed) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.ext4", "-q", "-b", "1024", path.toString());
    Path live = directory.resolve("live");
    Path frozen = directory.resolve("frozen");
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      Workload.run(mount.directory(), BYTES / 4, seed);
      Files.copy(path, live);
      mount.freeze();
      Files.copy(path, frozen);
    }
    Told told = FilledImage.told(live, (offset, length) -> Moment.FROZEN);
    assertThat(told.ranges().parts().getFirst().reason())
        .hasValueSatisfying(reason -> assertThat(reason).contains("has not been replayed"));
    assertThat(told.bytes()).isEqualTo(BYTES);
    Proof.holds(FilledImage.look(frozen), "ext4", CHECK);
  }

  private static void assertSound(Path path) throws IOException {
    try (ImageFile volume = new ImageFile(path)) {
      assertThat(Verdict.of(volume)).isEqualTo(Verdict.SOUND);
    }
  }

  @Test
  void damageIsNoticedOrHarmless(Seed seed) throws IOException {
    Path path = directory.resolve("image");
    FilledImage.make(path, 16 << 20, "mkfs.ext4 -q -b 1024 -N 512", seed);
    Damage.survived(path, List.of(1024L, 2048L, 2048L, 40L << 10, 0L, 8L << 20), true, seed);
  }

  @Test
  void damageWithoutChecksumsEndsNothing(Seed seed) throws IOException {
    Path path = directory.resolve("image");
    FilledImage.make(path, 16 << 20, "mkfs.ext2 -q -b 1024 -N 512", seed);
    Damage.survived(path, List.of(1024L, 1400L, 2048L, 3072L, 2048L, 400L << 10), false, seed);
  }

  @Test
  void aFeatureThatIsNotKnownTakesEverything(Seed seed) throws IOException {
    Path path = directory.resolve("image");
    FilledImage.make(path, 16 << 20, "mkfs.ext2 -q", seed);
    patch(path, 0x62, (byte) 4);
    assertThat(reason(path)).isEqualTo("unknown incompat feature 0x40000");
    patch(path, 0x62, (byte) 0);
    patch(path, 0x66, (byte) 0x40);
    assertThat(reason(path)).isEqualTo("unknown ro_compat feature 0x400000");
  }

  @Test
  void errorsAndSizesBeyondTheVolumeTakeEverything(Seed seed) throws IOException {
    Path path = directory.resolve("image");
    FilledImage.make(path, 16 << 20, "mkfs.ext2 -q -b 1024", seed);
    patch(path, 0x3a, (byte) 3);
    assertThat(reason(path)).contains("recorded errors");
    patch(path, 0x3a, (byte) 0);
    assertThat(reason(path)).contains("was not unmounted");
    patch(path, 0x3a, (byte) 1);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(15 << 20);
    }
    assertThat(reason(path)).contains("size, have 16777216 expect 15728640");
  }

  @Test
  void whatLiesBehindTheFileSystemIsTaken(Seed seed) throws IOException {
    Path path = directory.resolve("image");
    FilledImage.make(path, 16 << 20, "mkfs.ext4 -q", seed);
    FilledImage.sparse(path, 20 << 20);
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    assertThat(told.used().getLast()).endsWith(20 << 20);
    assertThat(told.used().getLast()[0]).isLessThanOrEqualTo(16 << 20);
  }

  @Test
  void aBitmapThatDoesNotHoldItsOwnMetadataIsDamaged(Seed seed) throws IOException {
    Path path = directory.resolve("image");
    FilledImage.make(path, 16 << 20, "mkfs.ext2 -q -b 1024", seed);
    String table =
        Command.run("dumpe2fs", path.toString())
            .replaceAll("(?s).*?Block bitmap at (\\d+).*", "$1");
    long bitmap = Long.parseLong(table);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {0}), bitmap * 1024 + (bitmap - 1) / 8);
    }
    assertThat(reason(path)).contains("corrupt block bitmap 0: bit of metadata");
  }

  @Test
  void aJournalOfAnotherFileSystemIsTaken() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), 16 << 20);
    Command.run("mkfs.ext4", "-q", "-O", "journal_dev", path.toString());
    assertThat(reason(path)).isEqualTo("it is the journal of another file system");
  }

  private static void patch(Path path, int at, byte value) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {value}), 1024 + at);
    }
  }

  private static String reason(Path path) throws IOException {
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    assertThat(told.bytes()).isEqualTo(Files.size(path));
    return told.ranges().parts().getFirst().reason().orElseThrow();
  }
}
