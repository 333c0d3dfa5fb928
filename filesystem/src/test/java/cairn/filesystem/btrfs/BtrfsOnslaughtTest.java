package cairn.filesystem.btrfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.btrfs.check.SingleBlock;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.btrfs.tree.TreeRoot;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.test.Counted;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.MountPoint;
import cairn.filesystem.test.Onslaught;
import cairn.filesystem.test.Onslaught.Target;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Small images. More than a build wants: `-Donslaught=10000000`.
final class BtrfsOnslaughtTest {
  private static final List<String> OPTIONS =
      List.of(
          "-M -m single -n 4096 -R quota", "-M -m single -n 4096 -O ^no-holes -R ^free-space-tree");

  private static final String SCRIPT =
      """
      exec 2> /dev/null > /dev/null; cd "$1"; mkdir -p a/b many; touch many/name-{1..40}
      for i in 1 2 3 4; do head -c $((i * 3000)) /dev/urandom > a/file$i; done; rm many/name-?
      ln -s short a/short; ln -s $(printf '%0900d' 1) a/long; ln a/file1 a/b/linked; mkfifo a/fifo
      for i in $(seq 0 8 80); do echo "pwrite -q ${i}k 4k"; done | xfs_io -f a/pieces
      cp --reflink=always a/pieces a/clone; xfs_io -c 'pwrite -q 8k 4k' a/clone
      setfattr -n user.one -v 1 a/file1; setfacl -m u:1:r a/file3; mknod a/null c 1 3
      btrfs subvolume create sub; cp -a a/pieces sub/; btrfs subvolume snapshot sub snapshot
      touch squeezed; btrfs property set squeezed compression zstd; seq 9000 > squeezed; sync -f .
      """;

  @TempDir private Path directory;

  @Test
  void nothingEndsACheckOrAReader(Seed seed) throws Exception {
    List<Onslaught.Maker> makers = new ArrayList<>();
    images().forEach(image -> makers.add(() -> target(image.clone())));
    new Onslaught("btrfs", makers, seed).run();
  }

  @Test
  void nothingEndsTheCheckOfABlock(Seed seed) throws Exception {
    List<Onslaught.Maker> makers = new ArrayList<>();
    images().forEach(image -> makers.add(() -> new Blocks(image.clone())));
    new Onslaught("btrfs-blocks", makers, seed).run();
  }

  private List<byte[]> images() throws Exception {
    List<byte[]> images = new ArrayList<>();
    for (String options : OPTIONS) {
      Path path = directory.resolve("image" + images.size());
      BtrfsWork.make(path, 48 << 20, options);
      try (MountPoint mount = MountPoint.of(path, "rw")) {
        Command.run("bash", "-c", SCRIPT, "bash", mount.directory().toString());
      }
      images.add(Files.readAllBytes(path));
    }
    return images;
  }

  /// One block of an image at a time.
  private static final class Blocks implements Target {
    private final DamagedImage image;
    private final List<SingleBlock> blocks = new ArrayList<>();
    private int chosen;

    Blocks(byte[] bytes) throws IOException, CorruptData {
      this.image = open(bytes);
      for (int index = 0; index < image.count(); index++) {
        Fields block = image.block(index);
        TreeRoot root =
            new TreeRoot(block.u64(0x58), block.u64(0x30), block.u8(0x64), block.u64(0x50));
        blocks.add(new SingleBlock(image.superblock(), image.map(), root));
      }
    }

    @Override
    public BlockReader damaged(RandomGenerator random) {
      image.undo();
      chosen = random.nextInt(blocks.size());
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        change(image, chosen, random);
      }
      return MemoryVolume.of(image.bytes());
    }

    @Override
    public boolean look(BlockReader volume, RandomGenerator random) throws IOException {
      Counted counted = new Counted();
      blocks.get(chosen).check(volume, counted);
      return counted.isAnything();
    }
  }

  private static Target target(byte[] bytes) throws IOException, CorruptData {
    DamagedImage image = open(bytes);
    return random -> {
      image.undo();
      for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
        change(image, random);
      }
      return MemoryVolume.of(image.bytes());
    };
  }

  private static DamagedImage open(byte[] bytes) throws IOException, CorruptData {
    try {
      return new DamagedImage(bytes);
    } catch (NotHere e) {
      throw new IllegalStateException(e);
    }
  }

  private static void change(DamagedImage image, RandomGenerator random) {
    if (random.nextInt(20) == 0) {
      image.changeSuperblock(random.nextInt(32, 0x400), value(random));
    } else {
      change(image, random.nextInt(image.count()), random);
    }
  }

  private static int value(RandomGenerator random) {
    return random.nextBoolean() ? random.nextInt() : random.nextInt(3) - 1;
  }

  private static void change(DamagedImage image, int index, RandomGenerator random) {
    int value = value(random);
    boolean sealed = random.nextInt(8) != 0;
    Fields block = image.block(index);
    int count = block.i32(0x60);
    boolean leaf = block.u8(0x64) == 0;
    int slot = DamagedImage.HEADER + random.nextInt(Math.clamp(count, 1, 100)) * (leaf ? 25 : 33);
    int at = random.nextInt(4) == 0 ? random.nextInt(32, image.nodeBytes()) : slot;
    long data = leaf ? DamagedImage.HEADER + block.u32(slot + 17) : 0;
    long size = leaf ? block.u32(slot + 21) : 0;
    if (at == slot) {
      boolean inData = size > 0 && data + size <= image.nodeBytes() && random.nextInt(3) != 0;
      at = inData ? (int) (data + random.nextLong(size)) : slot + random.nextInt(leaf ? 25 : 33);
    }
    image.change(index, Math.min(at, image.nodeBytes() - 1), value, sealed);
  }
}
