package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Unmount;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Restores to disks of another size, judged by the tools of the formats.
class ResizeTest {
  private static final String FILL =
      """
      set -e
      cd "$1"
      mkdir -p some/where
      head -c 9000000 /dev/urandom > some/where/large
      seq 1 400 | sed 's,^,some/file-,' | while read name; do echo "$name" > $name; done
      ln -s where some/link; truncate -s 90M some/sparse
      """;

  /// A partition and what is to be in it, in mebibytes.
  private record Part(int start, int size, String make) {}

  private static final List<Part> GPT =
      List.of(
          new Part(1, 9, "mkfs.vfat -F 12"),
          new Part(10, 90, "mkfs.ext4 -q -L root"),
          new Part(100, 300, "mkfs.xfs -q -L data"),
          new Part(400, 120, "mkfs.btrfs -q -L third"),
          new Part(520, 20, "mkswap -q"));

  @TempDir private static Path folder;
  @TempDir private Path work;
  private static Desk desk;

  @BeforeAll
  static void prepare() throws IOException {
    desk = Desk.withRepository(folder.resolve("repository"));
    desk.set("TMPDIR", folder.toString());
    desk.run("init").expect(0);
    back("gpt", disk("label: gpt", GPT, 541));
    back("mbr", disk("label: dos", List.of(GPT.get(1), GPT.get(0)), 120));
    Path bare = folder.resolve("bare.img");
    make(bare, 60);
    Command.run("sh", "-c", "mkfs.ext4 -q " + bare);
    back("bare", bare);
  }

  private static void back(String name, Path image) throws IOException {
    desk.run("backup", image, "--name", name).expect(0);
  }

  private static void make(Path file, long mebibytes) throws IOException {
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(mebibytes << 20);
    }
  }

  private static Path disk(String label, List<Part> parts, int mebibytes) throws IOException {
    Path disk = folder.resolve(label.substring(7) + ".img");
    make(disk, mebibytes);
    StringBuilder script = new StringBuilder(label + "\n");
    for (Part part : parts) {
      script.append("start=%dM, size=%dM%n".formatted(part.start, part.size));
    }
    Path file = Files.writeString(folder.resolve("script"), script);
    Command.run("sh", "-c", "sfdisk --quiet " + disk + " < " + file);
    for (Part part : parts) {
      try (LoopDevice device = partition(disk, part)) {
        Command.run("sh", "-c", part.make + " " + device);
        if (part.make.contains("-L")) {
          inside(device, directory -> Command.run("sh", "-c", FILL, "fill", directory.toString()));
        }
      }
    }
    return disk;
  }

  private static LoopDevice partition(Path disk, Part part) throws IOException {
    return LoopDevice.over(
        disk, "--offset=" + ((long) part.start << 20), "--sizelimit=" + ((long) part.size << 20));
  }

  private interface Visitor {
    void visit(Path directory) throws IOException;
  }

  private static void inside(LoopDevice device, Visitor visitor) throws IOException {
    Path directory = Files.createTempDirectory(folder, "mounted");
    Command.run("mount", device.toString(), directory.toString());
    try {
      visitor.visit(directory);
    } finally {
      Unmount.of(directory);
    }
  }

  /// Sizes of the partitions, in mebibytes.
  private static List<Long> sizes(Path disk) throws IOException {
    return Command.run("sfdisk", "--dump", disk.toString())
        .lines()
        .filter(line -> line.contains("size="))
        .map(line -> Long.parseLong(line.replaceAll(".*size= *([0-9]+).*", "$1")) / 2048)
        .toList();
  }

  /// The files of a partition are those of one of the disk that was backed up, and its tools find
  /// nothing wrong.
  private static void assertSame(Path disk, Part now, Path before, Part then) throws IOException {
    try (LoopDevice device = partition(disk, now)) {
      check(device, now.make);
      inside(
          device,
          directory -> {
            long bytes = directory.toFile().getTotalSpace();
            assertThat(bytes).isGreaterThan((long) ((long) now.size * 0.75) << 20);
            Command.run("test", "-f", directory + "/some/where/large");
            if (!now.make.contains("btrfs")) {
              try (LoopDevice other = partition(before, then)) {
                Command.run("sh", "-c", equal(other, directory));
              }
            }
          });
    }
  }

  private static void check(LoopDevice device, String make) throws IOException {
    if (make.contains("ext4")) {
      Command.run("e2fsck", "-fn", device.toString());
    } else if (make.contains("xfs")) {
      Command.run("xfs_repair", "-n", device.toString());
    } else {
      Command.run("btrfs", "check", "--readonly", device.toString());
    }
  }

  /// Two copies of XFS have one UUID.
  private static String equal(LoopDevice other, Path directory) {
    return """
    set -e
    mkdir %1$s.other
    mount -o ro,noload %2$s %1$s.other 2>/dev/null || mount -o ro,nouuid %2$s %1$s.other
    found=$(rsync -naHAXc --delete --itemize-changes %1$s.other/ %1$s/) || found=failed
    umount %1$s.other
    test -z "$found" || { echo "$found"; exit 1; }
    """
        .formatted(directory, other);
  }

  private Path restored(String snapshot, long mebibytes, String... options) throws IOException {
    Path target = work.resolve(snapshot + "-" + mebibytes);
    Object[] arguments =
        Stream.concat(
                Stream.of("restore", "latest:" + snapshot, target, "--resize"),
                Stream.concat(Stream.of("--size", mebibytes + "M"), Stream.of(options)))
            .toArray();
    desk.run(arguments).expect(0);
    assertThat(Files.size(target)).isEqualTo(mebibytes << 20);
    return target;
  }

  @Test
  void theLastFileSystemTakesWhatALargerDiskHasMore() throws IOException {
    Path disk = restored("gpt", 741);
    assertThat(Command.run("sgdisk", "--verify", disk.toString())).contains("No problems found");
    assertThat(sizes(disk)).containsExactly(9L, 90L, 300L, 320L, 20L);
    assertSame(disk, new Part(400, 320, "btrfs"), folder.resolve("gpt.img"), GPT.get(3));
    assertThat(desk.run("fsck", disk).expect(0).out()).contains("p5 (swap): clean");
  }

  @Test
  void anyOneMayAndThoseBehindItMoveAlong() throws IOException {
    Path original = folder.resolve("gpt.img");
    Path disk = restored("gpt", 600, "--part", "p3");
    assertThat(sizes(disk)).containsExactly(9L, 90L, 359L, 120L, 20L);
    assertSame(disk, new Part(100, 359, "xfs"), original, GPT.get(2));
    assertSame(disk, new Part(459, 120, "btrfs"), original, GPT.get(3));
    disk = restored("gpt", 701, "--part", "LABEL=root");
    assertThat(sizes(disk)).containsExactly(9L, 250L, 300L, 120L, 20L);
    assertSame(disk, new Part(10, 250, "ext4"), original, GPT.get(1));
    assertSame(disk, new Part(260, 300, "xfs"), original, GPT.get(2));
  }

  @Test
  void whatIsInUseFitsASmallerDisk() throws IOException {
    Path original = folder.resolve("gpt.img");
    Path disk = restored("gpt", 501, "--part", "p2", "--verify");
    assertThat(Command.run("sgdisk", "--verify", disk.toString())).contains("No problems found");
    assertThat(sizes(disk)).containsExactly(9L, 50L, 300L, 120L, 20L);
    assertSame(disk, new Part(10, 50, "ext4"), original, GPT.get(1));
    assertSame(disk, new Part(60, 300, "xfs"), original, GPT.get(2));
    assertSame(disk, new Part(360, 120, "btrfs"), original, GPT.get(3));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).noneMatch(file -> file.toString().endsWith(".partition"));
    }
  }

  @Test
  void soItIsOnAnMbrAndWithoutATable() throws IOException {
    Path original = folder.resolve("dos.img");
    Path disk = restored("mbr", 200);
    assertThat(sizes(disk)).containsExactlyInAnyOrder(190L, 9L);
    assertSame(disk, new Part(10, 190, "ext4"), original, GPT.get(1));
    Path bare = restored("bare", 300);
    Command.run("e2fsck", "-fn", bare.toString());
    assertThat(desk.run("df", bare).expect(0).out()).contains("300.0 MiB");
    Command.run("e2fsck", "-fn", restored("bare", 40).toString());
  }

  @Test
  void aDeviceIsFilled() throws IOException {
    Path file = work.resolve("device");
    make(file, 641);
    try (LoopDevice device = LoopDevice.over(file)) {
      String out =
          desk.run("restore", "latest:gpt", device, "--resize", "--part", "p2").expect(0).out();
      assertThat(out).containsPattern("p2 +ext4 +10.0 MiB +90.0 MiB +10.0 MiB +190.0 MiB +grows");
      assertThat(out).containsPattern("p4 +btrfs .*moves");
    }
    assertSame(file, new Part(10, 190, "ext4"), folder.resolve("gpt.img"), GPT.get(1));
  }

  @Test
  void aPlanIsTold() throws IOException {
    Path target = work.resolve("target");
    Desk.Result told =
        desk.run(
            "restore", "latest:gpt", target, "--resize", "--size", "741M", "--dry-run", "--json");
    assertThat(told.expect(0).json().getAsJsonArray("plan").get(3).toString())
        .isEqualTo(
            """
            {"name":"p4","type":"btrfs","offset":419430400,"length":125829120,\
            "newOffset":419430400,"newLength":335544320}\
            """);
    assertThat(target).doesNotExist();
  }

  @Test
  void whatCannotBeFinishedIsNotBegun() throws IOException {
    Path file = work.resolve("device");
    make(file, 300);
    try (LoopDevice device = LoopDevice.over(file)) {
      refused(device, "too small by");
      refused(device, "p3 holds xfs, which cannot be made smaller", "--part", "p3");
      refused(device, "p1 holds vfat, whose size cannot be changed", "--part", "p1");
      refused(device, "there is no 'p9'", "--part", "p9");
      refused(device, "p2 holds ext4, and what is in it needs", "--part", "p2");
      desk.run("restore", "latest:gpt", device, "--resize", "--size", "1G")
          .expectSentence(2, "--size is for files");
    }
    assertThat(Command.run("cmp", "--bytes=300M", file.toString(), "/dev/zero")).isEmpty();
    desk.run(
            "restore",
            "latest:gpt",
            work.resolve("a"),
            "--resize",
            "--size",
            "641M",
            "--part",
            "p4")
        .expectSentence(1, "p4 holds btrfs, which cannot be made to have less than 268435456");
    desk.run("restore", "latest:gpt", work.resolve("a"), "--resize")
        .expectSentence(2, "say by --size");
    desk.run("restore", "latest:gpt", work.resolve("a"), "--part", "p2")
        .expectSentence(2, "for a restore with --resize");
    try (LoopDevice mounted = partition(folder.resolve("gpt.img"), GPT.get(3))) {
      inside(
          mounted,
          directory ->
              desk.run("restore", "latest:gpt", work.resolve("a"), "--resize", "--size", "1G")
                  .expectSentence(1, "is mounted here, and Linux would take the copy for it"));
    }
    assertThat(work.resolve("a")).doesNotExist();
  }

  private static void refused(LoopDevice device, String why, String... options) throws IOException {
    Object[] arguments =
        Stream.concat(Stream.of("restore", "latest:gpt", device, "--resize"), Stream.of(options))
            .toArray();
    desk.run(arguments).expectSentence(1, "cannot restore to another size", why);
  }

  /// A tool that fails costs the name: nothing half-done looks whole.
  @Test
  void whatAToolCannotDoIsAFailure() throws IOException {
    Path damaged = folder.resolve("damaged.img");
    make(damaged, 60);
    Command.run("sh", "-c", "mkfs.ext4 -q -b 1024 " + damaged);
    try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
      file.seek(Long.parseLong(inodeTable(damaged)) * 1024 + 256);
      file.write(new byte[128]); // the root directory
    }
    desk.run("backup", damaged, "--name", "damaged");
    Path target = work.resolve("target");
    desk.run("restore", "latest:damaged", target, "--resize", "--size", "100M")
        .expectSentence(
            1, "was restored but not made larger: e2fsck failed", target + " is as it was before");
    assertThat(target).doesNotExist();
    try (Stream<Path> left = Files.list(work)) {
      assertThat(left).isEmpty();
    }
  }

  private static String inodeTable(Path image) throws IOException {
    return Command.run("dumpe2fs", image.toString())
        .lines()
        .filter(line -> line.contains("Inode table at"))
        .findFirst()
        .orElseThrow()
        .replaceAll(".*Inode table at ([0-9]+).*", "$1");
  }
}
