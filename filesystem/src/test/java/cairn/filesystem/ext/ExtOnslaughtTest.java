package cairn.filesystem.ext;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.ext.check.SingleInode;
import cairn.filesystem.test.Counted;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.MountPoint;
import cairn.filesystem.test.Onslaught;
import cairn.filesystem.test.Onslaught.Target;
import cairn.filesystem.test.Places;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Small images, one of them with a log to be taken. More than a build wants:
/// `-Donslaught=10000000`.
final class ExtOnslaughtTest {
  private static final List<String> COMMANDS =
      List.of(
          "mkfs.ext4 -q -b 1024 -N 64 -O inline_data,ea_inode,orphan_file,^resize_inode -J size=1",
          "mkfs.ext4 -q -b 1024 -N 128 -O ^metadata_csum,^has_journal,bigalloc -C 4096",
          "mkfs.ext3 -q -b 1024 -N 128 -J size=1",
          "mkfs.ext2 -q -b 1024 -N 128");

  private static final String SCRIPT =
      """
      exec 2> /dev/null; cd "$1"; mkdir -p a/b/c many; touch many/name-{1..40}; rm many/name-?
      for i in 1 2 3 4; do head -c $((i * 700)) /dev/urandom > a/file$i; done
      ln -s short a/short; ln -s $(printf '%0300d' 1) a/long; ln a/file1 a/b/linked; mkfifo a/fifo
      for i in $(seq 0 4 120); do echo "pwrite -q ${i}k 1k"; done | xfs_io -f a/pieces
      setfattr -n user.one -v 1 a/file1; setfattr -n user.two -v $(printf '%0300d' 1) a/file2
      setfacl -m u:1:r a/file3; mknod a/null c 1 3; echo small > a/small; truncate -s 3g a/small
      seq -f "many/%0100g" 60 | xargs touch
      exec 9> gone; rm gone; sync -f .; touch late; sync -f .
      """;

  @TempDir private Path directory;

  @Test
  void nothingEndsACheckOrAReader(Seed seed) throws Exception {
    List<Onslaught.Maker> makers = new ArrayList<>();
    images().forEach(image -> makers.add(() -> target(image)));
    new Onslaught("ext", makers, seed).run();
  }

  @Test
  void nothingEndsTheCheckOfAnInode(Seed seed) throws Exception {
    List<Onslaught.Maker> makers = new ArrayList<>();
    images().forEach(image -> makers.add(() -> new Inodes(image)));
    new Onslaught("ext-inodes", makers, seed).run();
  }

  private List<byte[]> images() throws Exception {
    List<byte[]> images = new ArrayList<>();
    for (String command : COMMANDS) {
      Path path = FilledImage.sparse(directory.resolve("image" + images.size()), 3 << 20);
      Command.run((command + " " + path).split(" ", -1));
      byte[] crashed;
      try (MountPoint mount = MountPoint.of(path, "rw")) {
        Command.run("bash", "-c", SCRIPT, "bash", mount.directory().toString());
        crashed = Files.readAllBytes(path);
      }
      images.add(command.contains("ext3") ? crashed : Files.readAllBytes(path));
    }
    return images;
  }

  /// One inode of an image at a time, with what belongs to it.
  private static final class Inodes implements Target {
    private final byte[] sound;
    private final byte[] image;
    private final ExtSeals seals;
    private final List<SingleInode> inodes;
    private final List<List<Extent>> places = new ArrayList<>();
    private int chosen;

    Inodes(byte[] sound) throws IOException, CorruptData {
      this.sound = sound;
      this.image = sound.clone();
      this.seals = new ExtSeals(sound);
      MemoryVolume volume = MemoryVolume.of(sound);
      this.inodes = SingleInode.all(volume);
      for (SingleInode inode : inodes) {
        places.add(inode.places(volume));
      }
    }

    @Override
    public BlockReader damaged(RandomGenerator random) {
      for (Extent place : places.get(chosen)) {
        int at = (int) place.offset();
        System.arraycopy(sound, at, image, at, (int) place.length());
      }
      chosen = random.nextInt(inodes.size());
      List<Extent> all = places.get(chosen);
      for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
        change(image, random.nextBoolean() ? all : all.subList(0, 1), seals, random);
      }
      return MemoryVolume.of(image);
    }

    @Override
    public boolean look(BlockReader volume, RandomGenerator random) throws IOException {
      Counted counted = new Counted();
      inodes.get(chosen).check(volume, counted);
      return counted.isAnything();
    }
  }

  private static Target target(byte[] sound) throws IOException, CorruptData {
    Places places = new Places(MemoryVolume.of(sound));
    Verdict.of(places);
    ExtSeals seals = new ExtSeals(sound);
    byte[] image = new byte[sound.length];
    return random -> {
      System.arraycopy(sound, 0, image, 0, sound.length);
      for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
        change(image, places.list(), seals, random);
      }
      return MemoryVolume.of(image);
    };
  }

  private static void change(
      byte[] image, List<Extent> places, ExtSeals seals, RandomGenerator random) {
    Extent place = places.get(random.nextInt(places.size()));
    int at = (int) (place.offset() + random.nextLong(place.length()));
    for (int attempt = 0; attempt < 20 && image[at] == 0; attempt++) {
      at = (int) (place.offset() + random.nextLong(place.length()));
    }
    int width = 1 << random.nextInt(4);
    byte value = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(3) - 1);
    for (int index = at & -width; index < (at & -width) + width; index++) {
      image[index] = index == at || random.nextInt(4) == 0 ? value : image[index];
    }
    if (random.nextInt(8) != 0) {
      seals.renew(image, at);
    }
  }
}
