package cairn.filesystem.xfs;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.UsedRanges.PartUse;
import cairn.filesystem.test.Damage;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.FilledImage.Told;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.MountPoint;
import cairn.filesystem.test.Proof;
import cairn.filesystem.test.Workload;
import cairn.filesystem.used.Moment;
import cairn.filesystem.xfs.layout.XfsGroup;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import cairn.filesystem.xfs.layout.XfsTreeKind;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class XfsFileSystemTest {
  private static final String CHECK = "xfs_repair -n";
  private static final long BYTES = 304L << 20;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkfs.xfs -q",
        "mkfs.xfs -q -b size=1024",
        "mkfs.xfs -q -d agcount=2",
        "mkfs.xfs -q -m rmapbt=1,reflink=1",
        "mkfs.xfs -q -m rmapbt=0,reflink=0,finobt=0,bigtime=0,inobtcount=0",
        "mkfs.xfs -q -s size=4096",
        "mkfs.xfs -q -d agcount=2,su=64k,sw=4 -l su=64k,size=64m",
        "mkfs.xfs -q -i size=2048,nrext64=1"
      })
  void nothingIsCalledFreeThatIsNot(String command, Seed seed) throws IOException {
    FilledImage image = FilledImage.make(directory.resolve("image"), BYTES, command, seed);
    Proof.holds(image, "xfs", CHECK);
  }

  /// Kernels no longer mount version 4, so that mkfs itself has to put a file in.
  @ParameterizedTest
  @ValueSource(strings = {"-m crc=0,finobt=0", "-m crc=0,finobt=0 -b size=512"})
  void nothingOfVersion4IsCalledFreeThatIsNot(String options) throws IOException {
    Path path = version4(options);
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    String free = Command.run("xfs_db", "-r", "-c", "freesp -s", path.toString());
    long blocks = Long.parseLong(free.replaceAll("(?s).*total free blocks (\\d+).*", "$1"));
    long blockBytes = options.contains("512") ? 512 : 4096;
    assertThat(told.bytes())
        .isBetween(BYTES - blocks * blockBytes, 4096 + BYTES - (blocks - 32) * blockBytes);
    Proof.check(CHECK, FilledImage.poisoned(path, told));
  }

  @Test
  void aTreeOfSeveralLevelsIsWalked(Seed seed) throws IOException, CorruptData {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.xfs", "-q", "-b", "size=1024", "-d", "agcount=2", path.toString());
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      Workload.run(mount.directory(), BYTES / 4, seed);
      punch(mount.directory().resolve("with holes"));
    }
    try (ImageFile volume = new ImageFile(path)) {
      XfsSource source = new XfsSource(volume, XfsSuperblock.read(volume));
      int one = XfsGroup.read(source, 0).levels(XfsTreeKind.FREE_BY_PLACE);
      int other = XfsGroup.read(source, 1).levels(XfsTreeKind.FREE_BY_PLACE);
      assertThat(Math.max(one, other)).isGreaterThan(1);
    }
    Proof.holds(FilledImage.look(path), "xfs", CHECK);
  }

  @Test
  void aFrozenFileSystemIsTrustedAndALiveOneIsNot(Seed seed) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.xfs", "-q", path.toString());
    Path live = directory.resolve("live");
    Path frozen = directory.resolve("frozen");
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      Workload.run(mount.directory(), BYTES / 4, seed);
      Command.run("sync", "-f", mount.directory().toString());
      Files.copy(path, live);
      mount.freeze();
      Files.copy(path, frozen);
    }
    for (Path each : List.of(live, frozen)) {
      Told told = FilledImage.told(each, (offset, length) -> Moment.AT_REST);
      PartUse part = told.ranges().parts().getFirst();
      assertThat(part.reason().orElseThrow()).contains("was not unmounted");
      assertThat(told.bytes()).isEqualTo(BYTES);
    }
    Told told = FilledImage.told(frozen, (offset, length) -> Moment.FROZEN);
    Path copy = FilledImage.poisoned(frozen, told);
    FilledImage image;
    try (MountPoint mount = MountPoint.of(frozen, "rw")) {
      image = new FilledImage(frozen, Workload.checksums(mount.directory()), Files.size(frozen));
    }
    try (MountPoint mount = MountPoint.of(copy, "rw")) {
      assertThat(mount.directory()).isDirectory();
    }
    assertThat(told.bytes()).isLessThan(BYTES * 7 / 10);
    Proof.survives(image, copy, CHECK);
  }

  @Test
  void damageIsNoticedOrHarmless(Seed seed) throws IOException {
    Path path = directory.resolve("image");
    FilledImage.make(path, BYTES, "mkfs.xfs -q -d agcount=4", seed);
    long group = BYTES / 4;
    List<Long> places = List.of(0L, 512L, 512L, 1024L, 0L, 16384L, group, group + 16384);
    Damage.survived(path, places, true, seed);
  }

  @Test
  void damageOfVersion4EndsNothing(Seed seed) throws IOException {
    Path path = version4("-m crc=0,finobt=0 -d agcount=4");
    Damage.survived(path, List.of(0L, 256L, 512L, 600L, 0L, 16384L), false, seed);
  }

  private Path version4(String options) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Path file = Files.write(directory.resolve("file"), new byte[3 << 20]);
    String lines = "/\n0 0\nd--755 0 0\nfile ---644 0 0 " + file + "\n$\n";
    Path prototype = Files.writeString(directory.resolve("prototype"), lines);
    Proof.check("mkfs.xfs -q " + options + " -p " + prototype, path);
    return path;
  }

  private static void punch(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(new byte[24 << 20]);
    }
    String holes =
        "for i in $(seq 0 2 9000); do echo fpunch ${i}k 1k; done | xfs_io '" + file + "'";
    Command.run("sh", "-c", holes);
  }
}
