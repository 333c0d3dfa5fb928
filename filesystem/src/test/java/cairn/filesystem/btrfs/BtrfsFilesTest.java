package cairn.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.LoopDevices;
import cairn.filesystem.test.LostFile;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.MountPoint;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BtrfsFilesTest {
  private static final long BYTES = 256L << 20;
  private static final int FILE_BYTES = 200_000;

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "'', 'rw,compress-force=lzo'",
    "'-m single --csum xxhash', 'rw,compress-force=zstd'",
    "'-n 4096 -m single -O ^no-holes,^extref,^skinny-metadata --csum sha256', 'rw,compress=zlib'",
    "'--mixed --csum blake2', 'rw,max_inline=4095'"
  })
  void allIsSoundAndAsTheKernelShowsIt(String options, String mount, Seed seed)
      throws IOException, CorruptData, Unreadable, NotHere {
    boolean fewLinks = options.contains("^extref");
    Path path = directory.resolve("image");
    BtrfsWork.make(path, BYTES, fewLinks ? options.replace("^extref,", "") : options);
    try (MountPoint mounted = MountPoint.of(path, mount)) {
      BtrfsWork.fill(mounted.directory(), BYTES, seed);
    }
    DamagedImage.Said said = new DamagedImage(Files.readAllBytes(path)).check(true);
    assertThat(said.messages()).isEmpty();
    assertThat(said.unknown()).isEmpty();
    try (MountPoint mounted = MountPoint.of(path, "ro,noatime");
        ImageFile volume = new ImageFile(path)) {
      int count = SameAsMounted.check(BtrfsFileSystem.open(volume).root(), mounted.directory());
      assertThat(count).isGreaterThan(3_000);
    }
  }

  @Test
  void damagedDataIsNoContent(Seed seed) throws IOException, CorruptData, Unreadable {
    byte[] expected = seed.bytes(FILE_BYTES);
    byte[] image = imageOf(expected, "-d single -m single");
    List<Integer> places = find(image, Arrays.copyOfRange(expected, 8192, 8192 + 64));
    assertThat(places).hasSize(1);
    image[places.getFirst() + 100] ^= 1;
    BlockReader content = content(image);
    byte[] found = new byte[FILE_BYTES];
    assertThatThrownBy(() -> content.read(0, found, 0, FILE_BYTES))
        .isInstanceOf(IOException.class)
        .hasCauseInstanceOf(CorruptData.class)
        .hasMessageContaining("checksum");
    content.read(0, found, 0, 8192);
    assertThat(Arrays.copyOf(found, 8192)).isEqualTo(Arrays.copyOf(expected, 8192));
  }

  @Test
  void theOtherCopyIsReadWhereOneIsDamaged(Seed seed) throws IOException, CorruptData, Unreadable {
    byte[] expected = seed.bytes(FILE_BYTES);
    byte[] image = imageOf(expected, "-d dup -m dup");
    for (int sector = 0; sector < FILE_BYTES - 4096; sector += 4096) {
      List<Integer> places = find(image, Arrays.copyOfRange(expected, sector, sector + 64));
      assertThat(places).hasSize(2);
      image[places.get(sector / 4096 % 2)] ^= 1;
    }
    byte[] found = new byte[FILE_BYTES];
    content(image).read(0, found, 0, FILE_BYTES);
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void aDamagedInodeHidesNoOther() throws IOException, CorruptData, Unreadable, NotHere {
    Path path = directory.resolve("image");
    BtrfsWork.make(path, BYTES, "");
    long number;
    try (MountPoint mounted = MountPoint.of(path, "rw")) {
      number = LostFile.fill(mounted.directory());
    }
    DamagedImage image = new DamagedImage(Files.readAllBytes(path));
    // The highest byte of when it was read last: no time is that late.
    image.changeItem(5, 1, inode -> inode.u64(16) == 2L * LostFile.NAME.length(), 119);
    LostFile.check(BtrfsFileSystem.open(MemoryVolume.of(image.bytes())).root(), number);
  }

  @Test
  void whatLiesElsewhereIsNotRead() throws IOException, CorruptData, Unreadable {
    Path first;
    try (LoopDevices devices = LoopDevices.make(directory, 2, BYTES)) {
      devices.run("mkfs.btrfs -q -f -d raid0 -m raid1");
      Files.write(devices.mount().resolve("file"), new byte[FILE_BYTES]);
      first = devices.images().getFirst();
    }
    try (ImageFile volume = new ImageFile(first)) {
      BlockReader content = file(volume).content();
      assertThatThrownBy(() -> content.read(0, new byte[FILE_BYTES], 0, FILE_BYTES))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("other devices");
    }
  }

  private byte[] imageOf(byte[] content, String options) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    BtrfsWork.make(path, BYTES, options);
    try (MountPoint mounted = MountPoint.of(path, "rw")) {
      Files.write(mounted.directory().resolve("file"), content);
      Command.run("sync", "-f", mounted.directory().toString());
    }
    return Files.readAllBytes(path);
  }

  private static BlockReader content(byte[] image) throws IOException, CorruptData, Unreadable {
    return file(MemoryVolume.of(image)).content();
  }

  private static FileNode file(BlockReader volume) throws IOException, CorruptData, Unreadable {
    return BtrfsFileSystem.open(volume).root().child(FileName.of("file")).orElseThrow();
  }

  private static List<Integer> find(byte[] image, byte[] wanted) {
    List<Integer> places = new ArrayList<>();
    for (int at = 0; at + 4096 <= image.length; at += 4096) {
      if (Arrays.equals(image, at, at + wanted.length, wanted, 0, wanted.length)) {
        places.add(at);
      }
    }
    return places;
  }
}
