package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import cairn.linux.NativeFile;
import cairn.linux.test.Command;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real mounts of snapshots that hold real file systems, beside what the kernel makes of the same.
class MountTest {
  private static final String FILL =
      """
      set -e
      cd "$1"
      mkdir -p etc/deep/er var 'odd name' many
      echo 'one line' > etc/fstab
      ln -s fstab etc/link; ln -s nowhere etc/dangling
      ln etc/fstab var/hard; ln etc/fstab var/harder
      head -c 3000000 /dev/urandom > var/large
      truncate -s 60M var/sparse
      echo data | dd of=var/sparse bs=1 seek=50000000 conv=notrunc status=none
      seq 1 3000 | sed 's,^,many/name-of-a-file-,' | xargs touch
      printf 'x' > "$(printf 'odd name/\\377\\n*')"
      mkfifo var/fifo; mknod var/null c 1 3; mknod var/disk b 259 70000
      setfattr -n user.small -v value etc/fstab
      setfattr -n user.big -v "$(head -c 2000 /dev/zero | tr '\\0' y)" etc/fstab
      setfattr -h -n trusted.link -v value etc/link
      setfacl -m u:7:r,g:8:rwx etc/fstab; setfacl -d -m u:9:rx etc/deep
      chown 70000:80000 var/large; chown -h 3:4 etc/link
      chmod 6755 var/large; chmod 1777 var; chmod 0600 many
      touch -h -d '1999-12-31 23:59:59.987654321' etc/link var/fifo etc/deep/er
      touch -d '2030-01-02 03:04:05.000000001' etc/fstab
      """;

  private static final List<List<String>> FORMATS =
      List.of(
          List.of("mkfs.ext4", "-q", "-F", "-b", "4096"),
          List.of("mkfs.xfs", "-q", "-f"),
          List.of("mkfs.btrfs", "-q", "-f"));

  private static final List<Integer> MIB = List.of(100, 300, 128, 64);

  @TempDir static Path folder;
  private static Path disk;
  private static Path root;
  private static Path repository;
  private static Desk desk;
  private static MountProcess whole;

  @BeforeAll
  static void prepare() throws IOException {
    disk = sized(folder.resolve("sda"), 600);
    String table = "label: gpt\\nsize=100M\\nsize=300M\\nsize=128M\\nsize=64M\\n";
    Command.run("sh", "-c", "printf '" + table + "' | sfdisk -q " + disk);
    for (int i = 0; i < FORMATS.size(); i++) {
      put(filled(FORMATS.get(i), i + 1), i);
    }
    put(fat(), FORMATS.size());
    root = part(1);
    repository = folder.resolve("repository");
    desk = Desk.withRepository(repository);
    desk.run("init").expect(0);
    desk.run("backup", root, "--name", "root").expect(0);
    desk.run("backup", disk, "--name", "disk").expect(0);
    whole = MountProcess.start(repository, folder, "latest:disk");
  }

  @AfterAll
  static void unmount() throws Exception {
    whole.unmount();
    assertThat(whole.end()).as(whole.errors()).isZero();
    whole.close();
  }

  private static Path sized(Path file, int mib) throws IOException {
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength((long) mib << 20);
    }
    return file;
  }

  private static Path part(int number) {
    return folder.resolve("part" + number);
  }

  private static Path filled(List<String> format, int number) throws IOException {
    Path file = sized(part(number), MIB.get(number - 1));
    List<String> command = new ArrayList<>(format);
    command.add(file.toString());
    Command.run(command.toArray(String[]::new));
    withMounted(file, "loop", where -> Command.run("bash", "-c", FILL, "fill", where.toString()));
    return file;
  }

  private static Path fat() throws IOException {
    Path files = folder.resolve("fat");
    Path file = sized(part(4), MIB.getLast());
    Command.run("mkfs.vfat", "-F", "32", file.toString());
    Files.writeString(Files.createDirectories(files.resolve("EFI/BOOT")).resolve("x"), "x");
    Files.write(files.resolve("A long name.bin"), new byte[200_000]);
    Command.run("sh", "-c", "mcopy -s -i " + file + " " + files + "/* ::");
    return file;
  }

  private static void put(Path part, int index) throws IOException {
    int mib = 1 + MIB.subList(0, index).stream().mapToInt(each -> each).sum();
    Command.run("dd", "bs=1M", "conv=notrunc,sparse", "if=" + part, "of=" + disk, "seek=" + mib);
  }

  /// What is to be done with a directory.
  private interface Use {
    void of(Path directory) throws IOException;
  }

  private static void withMounted(Path file, String options, Use use) throws IOException {
    Path directory = Files.createTempDirectory(folder, "kernel");
    Command.run("mount", "-o", options, file.toString(), directory.toString());
    try {
      use.of(directory);
    } finally {
      Command.run("umount", directory.toString());
    }
  }

  private static Path shown(String name) {
    return whole.directory().resolve("sda").resolve(name);
  }

  @Test
  void theTreesAreWhatTheKernelSees() throws IOException {
    for (int number = 1; number <= FORMATS.size(); number++) {
      String ours = shown("p" + number) + "/";
      withMounted(
          part(number),
          "loop,ro",
          kernel ->
              assertThat(Command.run("rsync", "-naHAXci", "--delete", kernel + "/", ours))
                  .as(ours)
                  .isEmpty());
    }
    Command.run("diff", "-r", folder.resolve("fat").toString(), shown("p4").toString());
  }

  @Test
  void linksAndHolesAreThere() throws IOException {
    for (int number = 1; number <= FORMATS.size(); number++) {
      Path place = shown("p" + number);
      List<String> inodes =
          Command.run("stat", "-c", "%i %h", place + "/etc/fstab", place + "/var/harder")
              .lines()
              .toList();
      assertThat(inodes).hasSize(2);
      assertThat(inodes.getFirst()).isEqualTo(inodes.getLast()).endsWith(" 3");
      Path sparse = place.resolve("var/sparse");
      try (NativeFile file = NativeFile.open(sparse)) {
        assertThat(file.nextHole(0)).isZero();
        assertThat(file.nextData(0)).isBetween(49_900_000L, 50_000_000L);
        assertThatThrownBy(() -> file.nextData(59 << 20)).hasMessageContaining("ENXIO");
      }
      assertThat(blocks(sparse)).as("what it takes").isLessThan(1000);
    }
  }

  private static long blocks(Path file) throws IOException {
    return Long.parseLong(Command.run("stat", "-c", "%b", file.toString()));
  }

  @Test
  void theImageIsTheVolume() throws IOException {
    Path image = shown("disk.img");
    assertThat(blocks(image) * 512).isLessThan(200 << 20);
    Path copy = folder.resolve("copy");
    Command.run("cp", "--sparse=auto", image.toString(), copy.toString());
    assertThat(blocks(copy) * 512).isLessThan(200 << 20);
    Command.run("cmp", copy.toString(), disk.toString());
    Files.delete(copy);
  }

  @Test
  void anImageCanBeMountedAgain() throws Exception {
    try (MountProcess mount = MountProcess.start(repository, folder, "latest:root", "--json")) {
      JsonObject ready = JsonParser.parseString(mount.ready()).getAsJsonObject();
      assertThat(ready.get("directory").getAsString()).isEqualTo(mount.directory().toString());
      Path volume = mount.directory().resolve("part1");
      Command.run("cmp", volume.resolve("disk.img").toString(), root.toString());
      withMounted(
          volume.resolve("disk.img"),
          "loop,ro,noload",
          again ->
              assertThat(
                      Command.run("rsync", "-naHAXci", "--delete", again + "/", volume + "/files/"))
                  .isEmpty());
      mount.unmount();
      assertThat(mount.end()).as(mount.errors()).isZero();
    }
  }

  @Test
  void severalReadersSeeTheSame(Seed seed) throws Exception {
    try (ExecutorService readers = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        RandomGenerator random = seed.split(i).random();
        all.add(
            readers.submit(() -> {
              readAtRandom(random);
              return null;
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }

  private static void readAtRandom(RandomGenerator random) throws IOException {
    try (RandomAccessFile image = new RandomAccessFile(shown("disk.img").toFile(), "r");
        RandomAccessFile original = new RandomAccessFile(disk.toFile(), "r")) {
      for (int i = 0; i < 100; i++) {
        int length = 1 + random.nextInt(i % 10 == 0 ? 1 << 20 : 10_000);
        long at = random.nextLong(original.length() - length);
        assertThat(Arrays.equals(read(image, at, length), read(original, at, length)))
            .as("bytes " + at + "+" + length)
            .isTrue();
      }
    }
  }

  private static byte[] read(RandomAccessFile file, long at, int length) throws IOException {
    byte[] bytes = new byte[length];
    file.seek(at);
    file.readFully(bytes);
    return bytes;
  }

  @Test
  void severalSnapshotsLieSideBySide() throws Exception {
    try (MountProcess mount =
        MountProcess.start(repository, folder, "latest:disk", "latest:root", "latest:root")) {
      List<String> names = Command.run("ls", mount.directory().toString()).lines().toList();
      assertThat(names).hasSize(2);
      assertThat(mount.ready()).contains(names);
      Path one = mount.directory().resolve(names.getFirst());
      Path other = mount.directory().resolve(names.getLast());
      Path first = Files.exists(one.resolve("part1")) ? one : other;
      assertThat(first.resolve("part1/files/etc/fstab")).hasContent("one line");
      assertThat((first.equals(one) ? other : one).resolve("sda/p2/etc/fstab"))
          .hasContent("one line");
      mount.signal("INT");
      assertThat(mount.end()).as(mount.errors()).isZero();
      assertThat(mount.isMounted()).isFalse();
    }
  }

  /// Nothing can be written, and nothing on it is a way to more rights.
  @Test
  void nothingCanBeChanged() throws IOException {
    Path file = shown("p1/etc/fstab");
    assertThatThrownBy(() -> Files.writeString(file, "other")).hasMessageContaining("Read-only");
    assertThatThrownBy(() -> Files.delete(file)).hasMessageContaining("Read-only");
    assertThat(Files.readString(Path.of("/proc/self/mounts")))
        .contains(whole.directory() + " fuse.cairn ro,nosuid,nodev,");
  }

  @Test
  void aMountThatIsInUseIsServedToItsEnd() throws Exception {
    try (MountProcess mount = MountProcess.start(repository, folder, "latest:root")) {
      try (InputStream file = Files.newInputStream(mount.directory().resolve("part1/disk.img"))) {
        assertThat(file.readNBytes(1000)).hasSize(1000);
        mount.signal("TERM");
        while (mount.isMounted()) {
          Thread.onSpinWait();
        }
        long rest = file.transferTo(OutputStream.nullOutputStream());
        assertThat(1000 + rest).isEqualTo(MIB.getFirst() << 20);
      }
      assertThat(mount.end()).isZero();
      assertThat(mount.errors()).hasLineCount(1).contains(mount.directory() + " is in use");
    }
  }

  @Test
  void aKilledMountHangsNobody() throws Exception {
    try (MountProcess mount = MountProcess.start(repository, folder, "latest:root")) {
      mount.signal("KILL");
      mount.end();
      assertThatThrownBy(() -> Command.run("ls", mount.directory().toString()))
          .hasMessageContaining("not connected");
      desk.run("mount", "latest", mount.directory()).expectSentence(1, "server has gone", "umount");
      Command.run("fusermount3", "-u", mount.directory().toString());
      assertThat(mount.isMounted()).isFalse();
    }
  }

  @Test
  void whatCannotBeMountedOnIsSaid() throws IOException {
    desk.run("mount", "latest", folder).expectSentence(1, folder + ": it is not empty");
    desk.run("mount", "latest", disk).expectSentence(1, disk + ": it is not a directory");
    desk.run("mount", "latest", folder.resolve("none")).expectSentence(1, "there is no directory");
    desk.run("mount", "latest").expectSentence(2, "SNAPSHOT... DIR");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    desk.run("mount", "cafe", empty).expectSentence(1, "there is no snapshot 'cafe'");
    desk.run("mount", "latest", empty, "--volume", "sdx")
        .expectSentence(2, "has no volume 'sdx', only sda");
  }

  /// What is shown was not read before: it comes out of packs that were made beside the mount.
  @Test
  void aMountOutlivesACollection(Seed seed) throws Exception {
    Path other = folder.resolve("collected");
    Desk collected = Desk.withRepository(other);
    collected.run("init").expect(0);
    Path image = Images.make(folder.resolve("collected.img"), seed);
    collected.run("backup", image).expect(0);
    Images.write(image, 0, seed.split(1).bytes(10 * Images.BLOCK));
    collected.run("backup", image).expect(0);
    List<Path> before = files(other.resolve("packs"));
    try (MountProcess mount = MountProcess.start(other, folder, "latest")) {
      collected.run("forget", "--keep-last", 1).expect(0);
      collected.run("gc", "--keep-uploads", 0, "--unused-limit", 0).expect(0);
      assertThat(files(other.resolve("packs"))).doesNotContainAnyElementsOf(before.subList(0, 1));
      Path shown = mount.directory().resolve("collected.img/disk.img");
      Command.run("cmp", shown.toString(), image.toString());
      mount.unmount();
      assertThat(mount.end()).as(mount.errors()).isZero();
    }
  }

  @Test
  void damageIsAnErrorWhereItIsAndNowhereElse(Seed seed) throws Exception {
    Path other = folder.resolve("damaged");
    Desk damaged = Desk.withRepository(other);
    damaged.run("init").expect(0);
    Path image = Images.make(folder.resolve("damaged.img"), seed);
    damaged.run("backup", image).expect(0);
    Path pack = files(other.resolve("packs")).getFirst();
    Images.flip(pack, Files.size(pack) / 2);
    byte[] expected = Files.readAllBytes(image);
    try (MountProcess mount = MountProcess.start(other, folder, "latest")) {
      int bad = 0;
      Path shown = mount.directory().resolve("damaged.img/disk.img");
      try (RandomAccessFile file = new RandomAccessFile(shown.toFile(), "r")) {
        for (int at = 0; at < expected.length; at += 4096) {
          byte[] page = new byte[Math.min(4096, expected.length - at)];
          file.seek(at);
          try {
            file.readFully(page);
            assertThat(page).isEqualTo(Arrays.copyOfRange(expected, at, at + page.length));
          } catch (IOException e) {
            assertThat(e).hasMessageContaining("Input/output error");
            bad++;
          }
        }
      }
      assertThat(bad).isEqualTo(Images.BLOCK / 4096);
      mount.unmount();
      assertThat(mount.end()).isEqualTo(4);
      assertThat(mount.errors()).contains("bytes ", " of damaged.img", "corrupt ");
    }
  }

  @Test
  void aDamagedInodeIsAnErrorOfItsOwn() throws Exception {
    Path image = sized(folder.resolve("inode.img"), 20);
    Command.run("mkfs.ext4", "-q", "-F", image.toString());
    withMounted(
        image,
        "loop",
        where -> {
          for (int i = 0; i < 9; i++) {
            Files.writeString(where.resolve("file" + i), "text");
          }
        });
    Command.run("debugfs", "-w", "-R", "clri /file4", image.toString());
    Path other = folder.resolve("with-damaged-inode");
    Desk damaged = Desk.withRepository(other);
    damaged.run("init").expect(0);
    damaged.run("backup", image, "--no-fsck").expect(0);
    try (MountProcess mount = MountProcess.start(other, folder, "latest")) {
      Path files = mount.directory().resolve("inode.img/files");
      assertThat(Command.run("ls", "-U", files.toString()).lines())
          .contains("file0", "file4", "file8");
      assertThat(files.resolve("file8")).hasContent("text");
      assertThatThrownBy(() -> Files.size(files.resolve("file4")))
          .hasMessageContaining("Input/output error");
      mount.unmount();
      assertThat(mount.end()).isEqualTo(4);
      assertThat(mount.errors()).contains("corrupt inode");
    }
  }

  /// Largest first.
  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .sorted(Comparator.comparingLong((Path file) -> file.toFile().length()).reversed())
          .toList();
    }
  }

  /// Without root, in place of which there is the right to read what tests made as root; and with a
  /// device that everybody may open, out of sight of others.
  private static final String AS_NOBODY =
      """
      set -e
      mknod "$1/fuse" c 10 229; chmod 666 "$1/fuse"; mount --bind "$1/fuse" /dev/fuse
      shift
      cap=dac_read_search
      exec setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all,+$cap \\
        --ambient-caps=+$cap "$@"
      """;

  private static final String USE =
      """
      set -e
      dir="$1"; shift
      "$@" > /dev/null & pid=$!
      while ! grep -q " $dir fuse" /proc/self/mounts; do kill -0 $pid; done
      cat "$dir/part1/files/etc/fstab"; ls "$dir/part1/files/many" | wc -l
      kill -INT $pid; wait $pid; echo "ended with $?"
      ! grep " $dir " /proc/self/mounts
      shift; if PATH=/none /usr/bin/env "$@"; then exit 9; fi
      """;

  @Test
  void nobodyNeedsToBeRoot() throws Exception {
    Path place = Files.createDirectory(folder.resolve("of-nobody"));
    Path directory = Files.createDirectory(place.resolve("mounted"));
    Command.run("chmod", "a+x", folder.toString());
    Command.run("chown", "-R", "nobody", place.toString());
    List<String> command = new ArrayList<>(List.of("unshare", "--mount", "bash", "-c", AS_NOBODY));
    command.addAll(List.of("as-nobody", place.toString(), "bash", "-c", USE, "use"));
    command.add(directory.toString());
    command.addAll(MountProcess.command(directory, "-r", repository, "latest:root"));
    String said = Command.run(command.toArray(String[]::new));
    assertThat(said.lines())
        .containsExactly(
            "one line",
            "3000",
            "ended with 0",
            "cairn: only root may mount without fusermount3, which is not there: install it"
                + " (Debian: apt install fuse3)");
  }
}
