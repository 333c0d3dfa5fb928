package cairn.filesystem.xfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.MountPoint;
import cairn.filesystem.test.Proof;
import cairn.filesystem.xfs.XfsDamage.Change;
import cairn.filesystem.xfs.XfsDamage.Changed;
import cairn.filesystem.xfs.XfsDamage.Told;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class XfsCheckTest {
  private static final String REFERENCE = "xfs_repair -n -f";
  private static final int FUZZ_ROUNDS = Integer.getInteger("damages", 60);

  /// How many changes the reference is asked about: few in a build, hundreds in a campaign.
  private static final int CHANGES = Integer.getInteger("agreement", 25);

  @TempDir private static Path common;
  @TempDir private Path directory;

  private static Path populated;

  @BeforeAll
  static void populate() throws IOException {
    populated = XfsPopulation.make(common.resolve("image"), "-m rmapbt=1,reflink=1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-m rmapbt=0,reflink=0,finobt=0,bigtime=0,inobtcount=0 -i sparse=0 -n size=65536",
        "-b size=1024 -i size=512,nrext64=1 -m rmapbt=1 -d agcount=2,su=64k,sw=4"
      })
  void nothingIsToldOfASoundFileSystem(String options) throws IOException {
    assertSound(XfsPopulation.make(directory.resolve("image"), options));
  }

  @Test
  void nothingIsToldOfVersion4() throws IOException {
    Path path = directory.resolve("image");
    Files.write(directory.resolve("file"), new byte[3 << 20]);
    String line = "%s ---644 0 0 " + directory.resolve("file") + "\n";
    StringBuilder prototype = new StringBuilder("/\n0 0\nd--755 0 0\n");
    for (int index = 0; index < 60; index++) {
      prototype.append(line.formatted("a name to fill a block with " + index).replace(' ', '_'));
    }
    String lines = prototype.toString().replace("_---644_0_0_", " ---644 0 0 ") + "$\n";
    Path list = Files.writeString(directory.resolve("prototype"), lines);
    FilledImage.sparse(path, XfsPopulation.BYTES);
    Proof.check("mkfs.xfs -q -m crc=0,finobt=0 -p " + list, path);
    assertSound(path);
  }

  @Test
  void afterACrashOnlyWhatTheLogDoesNotChangeIsChecked() throws Exception {
    Path live = directory.resolve("live");
    Path frozen = directory.resolve("frozen");
    Path replayed = directory.resolve("replayed");
    Path path = copy(populated, directory.resolve("image"));
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      String change =
          "exec 9> gone; rm gone; sync -f .; for i in $(seq 200); do ln data/large new$i; done;"
              + " xfs_io -c 'pwrite -q 0 1' -c fsync data/file20;"
              + (" cp --sparse=always " + path + " " + live + ";")
              + " fsfreeze -f .; cp --sparse=always "
              + (path + " " + frozen + "; fsfreeze -u .");
      Command.run("bash", "-c", "cd " + mount.directory() + "; " + change);
    }
    Told told = told(live);
    assertThat(told.problems).isEmpty();
    assertThat(told.unknown).singleElement().asString().contains("the log is dirty");
    assertSound(frozen);
    copy(live, replayed);
    try (MountPoint mount = MountPoint.of(replayed, "rw")) {
      assertThat(mount.directory().resolve("new200")).exists();
    }
    assertSound(replayed);
    try (ImageFile volume = new ImageFile(populated);
        ImageFile crashed = new ImageFile(live)) {
      Change change = XfsDamage.of(volume).add("REMOTE XARM", XfsCheckTest::any, 7, 1, 1);
      assertThat(Told.of(new Changed(crashed, change)).problems).isNotEmpty();
    }
  }

  @Test
  void whatTheReferenceFindsIsFound(Seed seed) throws Exception {
    RandomGenerator random = seed.random();
    Path path = copy(populated, directory.resolve("image"));
    List<String> missed = new ArrayList<>();
    int found = 0;
    try (ImageFile volume = new ImageFile(populated);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      XfsDamage damage = XfsDamage.of(volume);
      for (int index = 0; index < CHANGES; index++) {
        Change change = damage.next(random, index % 2 == 0);
        channel.write(ByteBuffer.wrap(change.after()), change.offset());
        boolean told = !Told.of(new Changed(volume, change)).problems.isEmpty();
        boolean reference = isDamaged(path);
        found += reference ? 1 : 0;
        if (reference && !told) {
          missed.add(change.what());
        }
        channel.write(ByteBuffer.wrap(change.before()), change.offset());
      }
    }
    System.out.println("xfs_repair: " + found + " of " + CHANGES + ", missed " + missed);
    assertThat(found).isPositive();
    assertThat(missed).hasSizeLessThanOrEqualTo(Math.max(1, found / 50));
  }

  private static boolean isDamaged(Path path) {
    try {
      Proof.check(REFERENCE, path);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void noDamageEndsACheckOrAReaderInAnotherWay(Seed seed) throws Exception {
    try (ImageFile volume = new ImageFile(populated)) {
      XfsDamage damage = XfsDamage.of(volume);
      RandomGenerator random = seed.random();
      for (int round = 0; round < FUZZ_ROUNDS; round++) {
        BlockReader changed = volume;
        StringBuilder what = new StringBuilder();
        for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
          Change change = damage.next(random, random.nextInt(8) != 0);
          changed = new Changed(changed, change);
          what.append(change.what()).append("; ");
        }
        BlockReader last = changed;
        Assertions.assertTimeout(
            Duration.ofSeconds(30), () -> assertSurvives(last, what.toString()));
      }
    }
  }

  private static void assertSurvives(BlockReader volume, String what) {
    assertThatNoException()
        .as(what)
        .isThrownBy(() -> {
          Told.of(volume);
          try {
            descend(XfsFileSystem.open(volume).root(), new int[] {400});
          } catch (CorruptData | Unreadable e) {
            assertThat(e.getMessage()).isNotEmpty();
          }
        });
  }

  private static void descend(FileNode node, int[] left) throws IOException, Unreadable {
    try {
      node.extendedAttributes();
      switch (node.attributes().type()) {
        case DIRECTORY ->
            node.visit((name, child) -> {
              if (left[0]-- > 0) {
                descend(child, left);
              }
            });
        case REGULAR -> node.content().extents(0, node.content().size());
        case SYMBOLIC_LINK -> node.target();
        default -> {}
      }
    } catch (CorruptData e) {
      assertThat(e.getMessage()).startsWith("corrupt ");
    }
  }

  /// What is added to a field, and what is told then.
  private record Case(
      String kind, Predicate<Fields> suits, int at, int width, long number, String expected) {}

  private static boolean any(Fields fields) {
    return fields.size() > 0;
  }

  private static Predicate<Fields> isType(int type) {
    return fields -> fields.u16(2) >>> 12 == type;
  }

  private static boolean isLeaf(Fields fields) {
    return fields.u16(4) == 0;
  }

  private static boolean isNode(Fields fields) {
    return fields.u16(4) > 0;
  }

  private static final int DIRECTORY = 4;
  private static final int REGULAR = 8;

  private static final List<Case> CASES =
      List.of(
          new Case("SUPERBLOCK ", XfsCheckTest::any, 128, 8, 64, "superblock xfs: inodes"),
          new Case("SUPERBLOCK ", XfsCheckTest::any, 136, 8, 1, "superblock xfs: free inodes"),
          new Case("SUPERBLOCK ", XfsCheckTest::any, 144, 8, 1, "superblock xfs: free blocks"),
          new Case("SUPERBLOCK ", XfsCheckTest::any, 500, 1, 1, "byte 500"),
          new Case("SUPERBLOCK ", f -> f.u8(126) == 1, 212, 4, 16, "byte 215"),
          new Case("GROUP ", XfsCheckTest::any, 52, 4, 1, "free blocks"),
          new Case("GROUP ", XfsCheckTest::any, 56, 4, -1, "longest free extent"),
          new Case("GROUP ", XfsCheckTest::any, 60, 4, 1, "blocks of trees"),
          new Case("GROUP ", XfsCheckTest::any, 80, 4, 1, "blocks of the reverse map"),
          new Case("GROUP ", XfsCheckTest::any, 84, 4, 1, "blocks of the shared tree"),
          new Case("GROUP ", XfsCheckTest::any, 48, 4, 1, "count"),
          new Case("INODES ", XfsCheckTest::any, 16, 4, 64, "inode header 0: inodes"),
          new Case("INODES ", XfsCheckTest::any, 28, 4, 1, "free inodes"),
          new Case("INODES ", XfsCheckTest::any, 40, 4, 200, "without a name"),
          new Case("INODES ", XfsCheckTest::any, 336, 4, 1, "blocks of the tree"),
          new Case("SHORT_TREE AB3B", XfsCheckTest::isLeaf, 60, 4, -1, "extents"),
          new Case("SHORT_TREE AB3C", XfsCheckTest::isLeaf, 56, 4, 1, "free tree by length"),
          new Case("SHORT_TREE AB3B", XfsCheckTest::any, 12, 4, -9, "right sibling"),
          new Case("SHORT_TREE IAB3", XfsCheckTest::isLeaf, 64, 8, 1L << 40, "free inodes"),
          new Case("SHORT_TREE FIB3", XfsCheckTest::isLeaf, 56, 4, 8, "as in the inode tree"),
          new Case("SHORT_TREE RMB3", XfsCheckTest::isNode, 59, 1, 1, "first key"),
          new Case("SHORT_TREE RMB3", XfsCheckTest::isNode, 79, 1, 1, "high key"),
          new Case("SHORT_TREE RMB3", XfsCheckTest::isLeaf, 103, 1, 1, "reverse map 0: owners"),
          new Case("SHORT_TREE R3FC", f -> f.u16(6) > 0, 64, 4, 1, "shared tree xfs: references"),
          new Case("INODE used", isType(REGULAR), 16, 4, 1, "links"),
          new Case("INODE used", isType(DIRECTORY), 16, 4, 1, "links"),
          new Case("INODE used", isType(REGULAR), 64, 8, 1, "blocks"),
          new Case("INODE used", f -> f.u32(76) == 1 && isType(8).test(f), 189, 2, 32, "its own"),
          new Case(
              "INODE used",
              f -> isType(DIRECTORY).test(f) && f.u8(5) == 2 && f.u64(152) > 128,
              2,
              1,
              0x40,
              "type in its directory"),
          new Case("INODE used", XfsCheckTest::any, 99, 1, -1, "next in a list"),
          new Case("INODE used", XfsCheckTest::any, 115, 1, 100, "log sequence number"),
          new Case("INODE free", XfsCheckTest::any, 16, 4, 1, "links"),
          new Case("INODE free", XfsCheckTest::any, 2, 1, 0x81, "mode"),
          new Case("DIRECTORY XDB3", XfsCheckTest::any, 50, 2, 8, "unused range 0"),
          new Case("DIRECTORY XDB3", XfsCheckTest::any, 71, 1, 1, "entry ."),
          new Case("DIRECTORY XDB3", XfsCheckTest::any, 87, 1, 1, "entry .."),
          new Case("DIRECTORY XDD3", f -> f.u8(72) > 10, 80, 1, 1, "hashes"),
          new Case("DIRECTORY XDF3", XfsCheckTest::any, 64, 2, 8, "unused range of block"),
          new Case("INDEX 3df1", XfsCheckTest::any, -6, 2, 8, "unused range of block"),
          new Case("INDEX 3dff", f -> f.u16(56) > 5, 71, 1, 1, "hashes"),
          new Case("INDEX 3ebe", XfsCheckTest::any, 67, 1, -1, "last hash"),
          new Case("INDEX 3bee", f -> f.u16(56) > 0, 83, 1, 1, "hash"),
          new Case("INDEX 3bee", XfsCheckTest::any, 58, 2, 4, "bytes of names"),
          new Case("REMOTE XARM", XfsCheckTest::any, 7, 1, 1, "offset"),
          new Case("REMOTE XSLM", XfsCheckTest::any, 11, 1, 1, "bytes"),
          new Case("LONG_TREE ", XfsCheckTest::isLeaf, 80, 8, 1L << 21, "its own"));

  @Test
  void eachGuardTells() throws Exception {
    SoftAssertions softly = new SoftAssertions();
    try (ImageFile volume = new ImageFile(populated)) {
      XfsDamage damage = XfsDamage.of(volume);
      for (Case each : CASES) {
        Change change = damage.add(each.kind, each.suits, each.at, each.width, each.number);
        List<String> problems = Told.of(new Changed(volume, change)).problems;
        softly
            .assertThat(problems)
            .as("%s +%d", each.kind, each.at)
            .anyMatch(problem -> problem.contains(each.expected));
      }
    }
    softly.assertAll();
  }

  private static Path copy(Path from, Path to) throws IOException {
    Command.run("cp", "--sparse=always", from.toString(), to.toString());
    return to;
  }

  private static Told told(Path path) throws IOException {
    try (ImageFile volume = new ImageFile(path)) {
      return Told.of(volume);
    }
  }

  private static void assertSound(Path path) throws IOException {
    Told told = told(path);
    assertThat(told.problems).isEmpty();
    assertThat(told.unknown).isEmpty();
  }
}
