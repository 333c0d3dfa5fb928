package cairn.filesystem.xfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.test.Counted;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.MountPoint;
import cairn.filesystem.test.Onslaught;
import cairn.filesystem.test.Onslaught.Target;
import cairn.filesystem.xfs.XfsDamage.Changed;
import cairn.filesystem.xfs.check.SinglePart;
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
final class XfsOnslaughtTest {
  private static final List<String> COMMANDS =
      List.of(
          "mkfs.xfs -q --unsupported -b size=1024 -m rmapbt=1,reflink=1 -d agcount=2",
          "mkfs.xfs -q --unsupported -m rmapbt=0,reflink=0,finobt=0 -i sparse=0 -d agcount=2");

  private static final String SCRIPT =
      """
      cd "$1"; mkdir -p a/b many more; touch many/name-{1..60}; rm many/name-?
      seq -f 'more/%0120g' 60 | xargs touch; touch few; setfattr -n user.one -v 1 few
      for i in 1 2 3 4; do head -c $((i * 1700)) /dev/urandom > a/file$i; done
      ln -s short a/short; ln -s $(printf '%0900d' 1) a/long; ln a/file1 a/b/linked; mkfifo a/fifo
      for i in $(seq 0 3 120); do echo "pwrite -q ${i}k 1k"; done | xfs_io -f a/pieces
      cp --reflink=auto a/pieces a/clone; xfs_io -c 'pwrite -q 5k 3k' a/clone
      for i in $(seq 40); do setfattr -n user.name$i -v $(printf '%040d' 1) a/file2; done
      for i in $(seq 6); do setfattr -n user.name$i -v $(printf '%0700d' 1) a/file3; done
      setfacl -m u:1:r a/file4; mknod a/null c 1 3; truncate -s 3g a/pieces
      """;

  @TempDir private Path directory;

  @Test
  void nothingEndsACheckOrAReader(Seed seed) throws Exception {
    List<Onslaught.Maker> makers = new ArrayList<>();
    images().forEach(image -> makers.add(() -> target(image)));
    new Onslaught("xfs", makers, seed).run();
  }

  @Test
  void nothingEndsTheCheckOfAPart(Seed seed) throws Exception {
    List<Onslaught.Maker> makers = new ArrayList<>();
    images().forEach(image -> makers.add(() -> new Parts(image)));
    new Onslaught("xfs-parts", makers, seed).run();
  }

  private List<BlockReader> images() throws Exception {
    List<BlockReader> images = new ArrayList<>();
    for (String command : COMMANDS) {
      Path path = FilledImage.sparse(directory.resolve("image" + images.size()), 34 << 20);
      Command.run((command + " " + path).split(" ", -1));
      try (MountPoint mount = MountPoint.of(path, "rw")) {
        Command.run("bash", "-c", SCRIPT, "bash", mount.directory().toString());
      }
      images.add(MemoryVolume.of(Files.readAllBytes(path)));
    }
    return images;
  }

  /// One part of an image at a time.
  private static final class Parts implements Target {
    private final BlockReader sound;
    private final List<SinglePart> parts;
    private final List<XfsDamage> damages = new ArrayList<>();
    private int chosen;

    Parts(BlockReader sound) throws IOException, CorruptData {
      this.sound = sound;
      this.parts = SinglePart.all(sound, new Counted());
      for (SinglePart part : parts) {
        damages.add(XfsDamage.of(sound, volume -> part.check(volume, new Counted())));
      }
    }

    @Override
    public BlockReader damaged(RandomGenerator random) throws IOException {
      chosen = random.nextInt(parts.size());
      return XfsOnslaughtTest.damaged(sound, damages.get(chosen), random);
    }

    @Override
    public boolean look(BlockReader volume, RandomGenerator random) throws IOException {
      Counted counted = new Counted();
      parts.get(chosen).check(volume, counted);
      return counted.isAnything();
    }
  }

  private static Target target(BlockReader sound) throws IOException, CorruptData {
    XfsDamage damage = XfsDamage.of(sound);
    return random -> damaged(sound, damage, random);
  }

  private static BlockReader damaged(BlockReader sound, XfsDamage damage, RandomGenerator random)
      throws IOException {
    BlockReader changed = sound;
    for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
      changed = new Changed(changed, damage.next(random, random.nextInt(8) != 0));
    }
    return changed;
  }
}
