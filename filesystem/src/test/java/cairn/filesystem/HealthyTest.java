package cairn.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.filesystem.test.Bustle;
import cairn.filesystem.test.Drawn;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.Healthy;
import cairn.filesystem.test.MountPoint;
import cairn.filesystem.test.Proof;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// File systems made with all options, after users did things to them, some after a crash and after
/// the kernel took its log: nothing is told of any.
///
/// More of them than a build wants: `-Dhealthy=200` for each format.
final class HealthyTest {
  private static final int IMAGES = Healthy.images(3);
  private static final int STEPS = 250;

  enum Kind {
    EXT2,
    EXT3,
    EXT4,
    XFS,
    BTRFS;

    private Drawn draw(RandomGenerator random) {
      return switch (this) {
        case EXT2 -> Drawn.ext2(random);
        case EXT3 -> Drawn.ext3(random);
        case EXT4 -> Drawn.ext4(random);
        case XFS -> Drawn.xfs(random);
        case BTRFS -> Drawn.btrfs(random);
      };
    }

    private String checker() {
      return switch (this) {
        case EXT2, EXT3, EXT4 -> "e2fsck -fn";
        case XFS -> "xfs_repair -n -f";
        case BTRFS -> "btrfs check --readonly";
      };
    }

    /// What may be said not to be known when there is a log to be taken.
    private String log() {
      return switch (this) {
        case EXT2, EXT3, EXT4 -> "";
        case XFS -> "the log is dirty";
        case BTRFS -> "replayed";
      };
    }

    /// Fast commits of a crash are not always taken by the kernel itself.
    private boolean crashes(Drawn drawn) {
      boolean fast = drawn.make().contains("fast_commit");
      return this != EXT2 && !fast && !drawn.make().contains("^has_journal");
    }
  }

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void nothingIsToldOfWhatIsHealthy(Kind kind, Seed seed) throws IOException {
    Healthy healthy = new Healthy(kind.name(), Healthy.Reference.of(kind.checker()));
    for (int index = 0; index < IMAGES; index++) {
      Seed own = seed.split(index);
      Drawn drawn = kind.draw(own.random());
      Path image = FilledImage.sparse(directory.resolve("image"), drawn.bytes());
      String what = own + " " + drawn;
      if (drawn.mount().isEmpty()) {
        Proof.check(drawn.make() + " -d " + tree(own), image);
        // The tool counts no quotas of what it fills in.
        Command.run("bash", "-c", "e2fsck -fy " + image + " || [ $? = 1 ]");
        healthy.look(image, "filled by the tool", "", what);
        continue;
      }
      Proof.check(drawn.make(), image);
      if (index % 2 == 0 && kind.crashes(drawn)) {
        Path crashed = crash(kind, image, drawn, own);
        healthy.look(crashed, Healthy.CRASHED, kind.log(), what);
        use(crashed, drawn, own.split(1), STEPS / 10);
        healthy.look(crashed, "replayed", "", what);
        Files.deleteIfExists(crashed);
      } else {
        use(image, drawn, own.split(1), STEPS);
        healthy.look(image, "unmounted", "", what);
      }
      Files.deleteIfExists(image);
    }
    healthy.check();
  }

  /// Without attributes, since the tool puts those of a file into one block.
  private Path tree(Seed seed) throws IOException {
    Path tree = Files.createTempDirectory(directory, "tree");
    try (Bustle bustle = new Bustle(tree, seed)) {
      assertThat(bustle.run(STEPS / 3)).isTrue();
    }
    Path copy = tree.resolveSibling(tree.getFileName() + "-copy");
    Command.run("cp", "-a", "--no-preserve=xattr", tree.toString(), copy.toString());
    return copy;
  }

  private static void use(Path image, Drawn drawn, Seed seed, int steps) throws IOException {
    try (MountPoint mount = MountPoint.of(image, drawn.mount());
        Bustle bustle = new Bustle(mount.directory(), seed)) {
      assertThat(bustle.run(steps)).isTrue();
      more(mount.directory(), drawn, seed);
    }
  }

  private static void more(Path directory, Drawn drawn, Seed seed) throws IOException {
    String kind = drawn.make().startsWith("mkfs.btrfs") ? "subvolumes; " : "";
    String number = Long.toString(seed.value() & 0x7FFF);
    Command.run("bash", "-c", SCRIPT + kind + "true", "bash", directory.toString(), number);
  }

  /// What needs programs. Not all of it is possible everywhere.
  private static final String SCRIPT =
      """
      exec 2> /dev/null > /dev/null; RANDOM=$2; cd "$1"; mkdir more; cd more
      mkfifo fifo; mknod block b 259 70000; mknod character c 5 300
      setfacl -m u:1000:rwx,g:33:r .; setfacl -d -m u:1000:rwx,g:33:r,m:rx .; touch inherits
      xfs_io -f -c 'falloc 0 2m' -c 'pwrite -q 1m 30k' -c 'fpunch 100k 70k' unwritten
      xfs_io -f -c 'pwrite -q 0 600k' -c 'fcollapse 64k 64k' -c 'finsert 128k 64k' pieces
      xfs_io -f -c 'falloc -k 0 1m' -c 'pwrite -q 0 10k' beyond
      xfs_io -f -c 'pwrite -q 0 300k' -c 'fzero 20k 50k' zeroed
      for i in $(seq 0 3 300); do echo "pwrite -q ${i}0k 5k"; done | xfs_io -f scattered
      cp --reflink=always scattered clone && xfs_io -c 'pwrite -q 1m 100k' clone
      touch fixed; chattr +i fixed; touch grows; chattr +a grows; mkdir top; chattr +T top
      touch whole; chattr +C whole; head -c 70000 /dev/zero > whole; chown 70000:80000 whole
      chattr -p 17 top; chattr +P top; mkdir -p $(seq -s / 40)
      setfattr -n trusted.one -v $(printf '%0900d' 1) pieces
      for i in $(seq 60); do setfattr -n user.name$i -v value$i zeroed; done
      for i in $(seq 50); do ln zeroed "a further name $i"; done
      subvolumes() {
        btrfs subvolume create sub; cp -a ../more/clone sub/; btrfs subvolume snapshot sub snapshot
        btrfs subvolume snapshot -r sub frozen; echo x >> sub/clone; btrfs subvolume delete snapshot
        btrfs subvolume create sub/inner; btrfs qgroup limit 50m sub
        [ $((RANDOM % 3)) = 0 ] && btrfs balance start --full-balance ..
        [ $((RANDOM % 3)) = 0 ] && btrfs filesystem defragment -r -czstd ..
      }
      """;

  /// @return an image as it is when the machine stops while it is written to
  private Path crash(Kind kind, Path image, Drawn drawn, Seed seed) throws IOException {
    RandomGenerator random = seed.random();
    Path crashed = directory.resolve("crashed");
    try (MountPoint mount = MountPoint.of(image, drawn.mount());
        Bustle bustle = new Bustle(mount.directory(), seed.split(0))) {
      bustle.run(random.nextInt(STEPS));
      if (random.nextBoolean()) {
        more(mount.directory(), drawn, seed);
      }
      if (kind == Kind.BTRFS) {
        do { // the kernel may write back what it likes when it likes
          copy(image, crashed);
        } while (Files.mismatch(image, crashed) >= 0);
        return crashed;
      }
      Process stop =
          new ProcessBuilder("xfs_io", "-x", "-c", "shutdown", mount.directory().toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      while (bustle.run(10) && stop.isAlive()) {
        assertThat(Files.exists(image)).isTrue();
      }
      assertThat(stop.onExit().join().exitValue()).isZero();
    }
    copy(image, crashed);
    return crashed;
  }

  private static void copy(Path from, Path to) throws IOException {
    Command.run("cp", "--sparse=always", from.toString(), to.toString());
  }
}
