package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.LvmTools;
import cairn.linux.test.Unmount;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Restores of disks with LVM to others of another size, judged by LVM's tools and those of the
/// file systems. Nothing is activated, so that no kernel has to know LVM.
class GroupResizeTest {
  private static final String FILL =
      """
      set -e
      cd "$1"
      mkdir some
      head -c 9000000 /dev/urandom > some/large
      seq 1 300 | while read name; do echo "$name" > some/file-$name; done
      sha256sum some/* > list
      """;

  /// Where the second partition lies, in mebibytes.
  private static final int START = 21;

  @TempDir private static Path folder;
  @TempDir private Path work;
  private static Desk desk;

  @BeforeAll
  static void prepare() throws IOException {
    desk = Desk.withRepository(folder.resolve("repository"));
    desk.set("TMPDIR", folder.toString());
    desk.run("init").expect(0);
    Path disk = folder.resolve("disk.img");
    divide(disk, 562, "start=1M, size=20M\nstart=21M, size=540M\n");
    try (LoopDevice first = part(disk, 1, 20);
        LoopDevice second = part(disk, START, 540)) {
      Command.run("mkfs.vfat", first.toString());
      LvmTools tools = new LvmTools(folder.resolve("tools"), second);
      tools.run("pvcreate -q --metadatacopies 2 " + second);
      tools.run("vgcreate -q group " + second);
      tools.create("root 100m group " + second);
      tools.create("data 320m group " + second);
      tools.create("swap 16m group " + second);
      tools.create("cut 8m group " + second + ":111-112");
      tools.run("lvextend -q -L +4m group/cut " + second + ":114");
    }
    format(disk, 0, 100, "mkfs.ext4 -q -L root");
    format(disk, 100, 320, "mkfs.xfs -q -L data");
    format(disk, 420, 16, "mkswap -q -L swap");
    desk.run("backup", disk, "--name", "disk").expect(0);
  }

  private static void divide(Path disk, long mebibytes, String parts) throws IOException {
    try (RandomAccessFile made = new RandomAccessFile(disk.toFile(), "rw")) {
      made.setLength(mebibytes << 20);
    }
    Path script = Files.writeString(folder.resolve("script"), "label: gpt\n" + parts);
    Command.run("sh", "-c", "sfdisk --quiet " + disk + " < " + script);
  }

  private static LoopDevice part(Path disk, long start, long size) throws IOException {
    return LoopDevice.over(disk, "--offset=" + (start << 20), "--sizelimit=" + (size << 20));
  }

  /// A logical volume, by where it lies behind the first extent of its physical one.
  private static LoopDevice logical(Path disk, long start, long size) throws IOException {
    return part(disk, START + 1 + start, size);
  }

  private static void format(Path disk, int start, int size, String make) throws IOException {
    try (LoopDevice device = logical(disk, start, size)) {
      Command.run("sh", "-c", make + " " + device);
      if (!make.contains("swap")) {
        inside(device, FILL);
      }
    }
  }

  private static void inside(LoopDevice device, String script) throws IOException {
    Path directory = Files.createTempDirectory(folder, "mounted");
    Command.run("mount", "-o", "nosuid", device.toString(), directory.toString());
    try {
      Command.run("sh", "-c", script, "script", directory.toString());
    } finally {
      Unmount.of(directory);
    }
  }

  private Path restored(long mebibytes, String... options) throws IOException {
    Path target = work.resolve("disk-" + mebibytes);
    desk.run(arguments(target, mebibytes, options)).expect(0);
    assertThat(Command.run("sgdisk", "--verify", target.toString())).contains("No problems found");
    return target;
  }

  private static Object[] arguments(Path target, long mebibytes, String... options) {
    List<Object> all = new ArrayList<>(List.of("restore", "latest:disk", target, "--resize"));
    all.addAll(List.of("--size", mebibytes + "M"));
    all.addAll(List.of(options));
    return all.toArray();
  }

  /// What LVM sees: volumes with their first extents and how many, and how many extents there are.
  private String seen(Path disk, long mebibytes) throws IOException {
    try (LoopDevice device = part(disk, START, mebibytes - START - 1)) {
      LvmTools tools = new LvmTools(work.resolve("tools"), device);
      tools.run("pvck " + device);
      tools.run("vgck group");
      String lines =
          tools.run("pvs --noheadings --segments -o lv_name,pvseg_start,pvseg_size " + device);
      String extents = tools.run("pvs --noheadings -o pv_pe_count " + device);
      return lines
          .lines()
          .map(line -> line.strip().replaceAll(" +", " "))
          .collect(Collectors.joining(", ", "", " of " + extents));
    }
  }

  /// Its tools find nothing wrong in it, its files are the same, and it has the size of its device.
  private static void assertGood(Path disk, int start, int size, String check) throws IOException {
    try (LoopDevice device = logical(disk, start, size)) {
      Command.run("sh", "-c", check + " " + device);
      inside(device, "cd $1; sha256sum --quiet -c list; test $(ls some | wc -l) = 301");
      long least = ((long) size << 20) * 3 / 4;
      inside(device, "test $(($(stat -f -c '%b * %S' $1))) -gt " + least);
    }
  }

  private static final String EXT4 = "e2fsck -fn";
  private static final String XFS = "xfs_repair -n";

  @Test
  void theLastFileSystemOfTheGroupTakesWhatThereIsMore() throws IOException {
    assertThat(seen(folder.resolve("disk.img"), 562))
        .isEqualTo(
            "root 0 25, data 25 80, swap 105 4, 109 2, cut 111 2, 113 1, cut 114 1,"
                + " 115 19 of 134");
    Path disk = restored(762);
    assertThat(seen(disk, 762))
        .isEqualTo(
            "root 0 25, data 25 130, swap 155 4, 159 2, cut 161 2, 163 1, cut 164 1,"
                + " 165 19 of 184");
    assertGood(disk, 0, 100, EXT4);
    assertGood(disk, 100, 320 + 200, XFS);
    assertThat(desk.run("fsck", disk).expect(0).out()).contains("group/swap (swap): clean");
  }

  @Test
  void aNamedVolumeDoesAndThoseBehindItMoveAlong() throws IOException {
    for (String name : List.of("group/root", "LABEL=root")) {
      Path disk = restored(662, "--part", name);
      assertThat(seen(disk, 662)).startsWith("root 0 50, data 50 80, swap 130 4, 134 2, cut 136 2");
      assertGood(disk, 0, 200, EXT4);
      assertGood(disk, 200, 320, XFS);
      Files.delete(disk);
    }
  }

  @Test
  void ofANamedPartitionOnlyThePhysicalVolumeChanges() throws IOException {
    Path disk = restored(662, "--part", "p2");
    assertThat(seen(disk, 662)).endsWith("cut 114 1, 115 44 of 159");
    assertGood(disk, 100, 320, XFS);
  }

  @Test
  void freeExtentsGoFirstAndThenAVolumeBecomesSmaller() throws IOException {
    Path disk = restored(492);
    assertThat(seen(disk, 492)).endsWith("cut 114 1, 115 2 of 117");
    assertGood(disk, 100, 320, XFS);
    disk = restored(450, "--part", "group/root");
    assertThat(seen(disk, 450))
        .isEqualTo("root 0 16, data 16 80, swap 96 4, 100 2, cut 102 2, 104 1, cut 105 1 of 106");
    assertGood(disk, 0, 64, EXT4);
    assertGood(disk, 64, 320, XFS);
  }

  @Test
  void thePlanSaysWhichVolumeChanges() throws IOException {
    Path target = work.resolve("target");
    String told = desk.run(arguments(target, 762, "--dry-run")).expect(0).out();
    assertThat(told)
        .containsPattern("p2 +LVM2_member +21.0 MiB +540.0 MiB +21.0 MiB +740.0 MiB +grows")
        .containsPattern("group/data +xfs +122.0 MiB +320.0 MiB +122.0 MiB +520.0 MiB +grows");
    assertThat(target).doesNotExist();
  }

  @Test
  void whatCannotBeFinishedIsNotBegun() throws IOException {
    refused(450, "group/data holds xfs, which cannot be made smaller", "group/data");
    refused(450, "its logical volumes reach to extent 115 of the 106 it would have", "p2");
    refused(762, "group/swap holds swap, whose size cannot be changed", "group/swap");
    refused(
        762,
        "group/cut is made of other volumes, has snapshots, or does not lie in one piece",
        "group/cut");
    refused(402, "group/root holds ext4, and what is in it needs", "group/root");
    refused(762, "there is no 'group/none'", "group/none");
  }

  private void refused(long mebibytes, String why, String place) throws IOException {
    Path target = work.resolve("target");
    desk.run(arguments(target, mebibytes, "--part", place))
        .expectSentence(1, "cannot restore to another size", why);
    try (Stream<Path> left = Files.list(work)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void soItIsWithoutAPartitionTable() throws IOException {
    Path disk = folder.resolve("bare.img");
    try (RandomAccessFile made = new RandomAccessFile(disk.toFile(), "rw")) {
      made.setLength(100 << 20);
    }
    try (LoopDevice device = part(disk, 0, 100)) {
      LvmTools tools = new LvmTools(folder.resolve("bare"), device);
      tools.run("pvcreate -q " + device);
      tools.run("vgcreate -q bare " + device);
      tools.create("root 60m bare " + device);
    }
    try (LoopDevice device = part(disk, 1, 60)) {
      Command.run("mkfs.ext4", "-q", device.toString());
      inside(device, FILL);
    }
    desk.run("backup", disk, "--name", "bare").expect(0);
    Path target = work.resolve("target");
    desk.run("restore", "latest:bare", target, "--resize", "--size", "141M").expect(0);
    try (LoopDevice device = part(target, 0, 141)) {
      LvmTools tools = new LvmTools(folder.resolve("bare"), device);
      tools.run("vgck bare");
      assertThat(tools.run("lvs --noheadings --units m -o lv_size")).isEqualTo("104.00m");
    }
    assertGood(target, 1 - START - 1, 104, EXT4);
  }

  /// The metadata on the other disk would say something else.
  @Test
  void aGroupThatLiesOnAnotherDiskTooIsLeftAlone() throws IOException {
    Path one = folder.resolve("one.img");
    Path other = folder.resolve("other.img");
    divide(one, 62, "start=1M, size=20M\nstart=21M, size=40M\n");
    divide(other, 62, "start=21M, size=40M\n");
    try (LoopDevice first = part(one, 1, 20);
        LoopDevice device = part(one, START, 40);
        LoopDevice another = part(other, START, 40)) {
      Command.run("mkfs.ext4", "-q", first.toString());
      LvmTools tools = new LvmTools(folder.resolve("several"), device, another);
      tools.run("pvcreate -q " + device + " " + another);
      tools.run("vgcreate -q several " + device + " " + another);
      tools.create("root 20m several " + device);
    }
    desk.run("backup", one, "--name", "several").expect(0);
    Path target = work.resolve("target");
    Object[] restore = {"restore", "latest:several", target, "--resize", "--size", "80M"};
    List<Object> named = new ArrayList<>(List.of(restore));
    named.addAll(List.of("--part", "p2"));
    desk.run(named.toArray())
        .expectSentence(1, "p2 holds LVM2_member", "group several lies on 2 physical volumes");
    assertThat(desk.run(restore).expect(0).out()).containsPattern("p1 +ext4.*grows");
  }
}
