package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Looking into images and snapshots that hold real file systems, and taking files out of them.
class InsideTest {
  private static final String FILL =
      """
      set -e
      cd "$1"
      mkdir -p etc/deep/er var 'odd name'
      echo 'one line' > etc/fstab
      ln -s fstab etc/link; ln -s /etc etc/deep/absolute; ln -s nowhere etc/dangling
      ln etc/fstab var/hard; ln etc/fstab var/harder
      head -c 20000000 /dev/urandom > var/large
      head -c 300000 /dev/zero > var/zeros
      truncate -s 60M var/sparse
      echo data | dd of=var/sparse bs=1 seek=50000000 conv=notrunc status=none
      seq 1 3000 | sed 's,^,var/many-,' | xargs touch
      printf 'x' > "$(printf 'odd name/\\377\\n*')"
      mkfifo var/fifo; mknod var/null c 1 3; mknod var/disk b 259 70000
      setfattr -n user.small -v value etc/fstab
      setfattr -n user.big -v "$(head -c 2000 /dev/zero | tr '\\0' y)" etc/fstab
      setfattr -h -n trusted.link -v value etc/link
      setfacl -m u:7:r,g:8:rwx etc/fstab; setfacl -d -m u:9:rx etc/deep
      chown 70000:80000 var/large; chown -h 3:4 etc/link
      chmod 6755 var/large; chmod 1777 var; chmod 0 var/zeros
      touch -h -d '1999-12-31 23:59:59.987654321' etc/link var/fifo etc/deep/er
      touch -d '2030-01-02 03:04:05.000000001' etc/fstab
      """;

  private static final Map<Path, Path> MOUNTED = new TreeMap<>();

  @TempDir static Path folder;
  private static Path image;
  private static Path disk;
  private static Desk desk;

  @BeforeAll
  static void prepare() throws IOException {
    image = folder.resolve("root.img");
    makeFileSystem(image, 100, "root");
    fill(image, FILL);
    Path other = folder.resolve("other.img");
    makeFileSystem(other, 20, "other");
    fill(other, "echo other > \"$1/file\"");
    disk = folder.resolve("disk.img");
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength(128 << 20);
    }
    Command.run("sh", "-c", "printf 'label: gpt\\nsize=100M\\nsize=20M\\n' | sfdisk -q " + disk);
    put(image, disk, 1);
    put(other, disk, 101);
    desk = Desk.withRepository(folder.resolve("repository"));
    desk.run("init").expect(0);
    assertThat(desk.run("backup", image, "--name", "a group").expect(0).out())
        .containsPattern("fsck +clean");
    desk.run("backup", disk).expect(0);
  }

  @AfterAll
  static void unmount() throws IOException {
    for (Path directory : MOUNTED.values()) {
      Command.run("umount", directory.toString());
    }
  }

  private static void makeFileSystem(Path file, int mib, String label) throws IOException {
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength((long) mib << 20);
    }
    Command.run("mkfs.ext4", "-q", "-F", "-b", "4096", "-L", label, file.toString());
  }

  private static void fill(Path file, String script) throws IOException {
    Path directory = Files.createTempDirectory(folder, "mount");
    Command.run("mount", "-o", "loop", file.toString(), directory.toString());
    try {
      Command.run("bash", "-c", script, "fill", directory.toString());
    } finally {
      Command.run("umount", directory.toString());
    }
  }

  private static void put(Path part, Path whole, int mib) throws IOException {
    Command.run("dd", "bs=1M", "conv=notrunc,sparse", "if=" + part, "of=" + whole, "seek=" + mib);
  }

  /// As the kernel sees it; until the last test.
  private static Path mount(Path file) throws IOException {
    Path known = MOUNTED.get(file);
    if (known != null) {
      return known;
    }
    Path directory = Files.createTempDirectory(folder, "mount");
    Command.run("mount", "-o", "loop,ro", file.toString(), directory.toString());
    MOUNTED.put(file, directory);
    return directory;
  }

  private static void assertSame(Path copy) throws IOException {
    assertThat(Command.run("rsync", "-naHAXci", "--delete", mount(image) + "/", copy + "/"))
        .isEmpty();
  }

  @Test
  void aCopyOutOfAnImageIsExact() throws IOException {
    Path copy = folder.resolve("of-image");
    JsonObject report = desk.run("cp", image + ":/", copy, "--json").expect(0).json();
    assertSame(copy);
    assertThat(report.get("ok").getAsBoolean()).isTrue();
    assertThat(report.get("bytes").getAsLong()).isBetween(20_000_000L, 21_000_000L);
    long taken = Long.parseLong(Command.run("stat", "-c", "%b", copy + "/var/sparse"));
    assertThat(taken * 512).isLessThan(1 << 20);
  }

  @Test
  void aCopyOutOfASnapshotIsExact() throws IOException {
    Path copy = folder.resolve("of-snapshot");
    desk.run("cp", "latest:a group:/", copy).expect(0);
    assertSame(copy);
    Path single = Files.createDirectory(folder.resolve("single"));
    desk.run("cp", "latest:LABEL=root/etc/fstab", single).expect(0);
    desk.run("cp", "latest:p1/etc/deep", single).expect(0);
    desk.run("cp", "latest:p1/etc/link", single.resolve("renamed")).expect(0);
    assertThat(single.resolve("fstab")).hasContent("one line");
    assertThat(single.resolve("deep/er")).isDirectory();
    assertThat(Files.readSymbolicLink(single.resolve("renamed"))).hasToString("fstab");
  }

  @Test
  void whoeverIsNotRootIsToldWhatIsMissing() throws IOException {
    Path target = folder.resolve("nobody");
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "cairn.cli.Main",
            "cp",
            image + ":/etc",
            target.toString());
    Command.run("chmod", "a+rwx", folder.toString());
    String script = "setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\" 2>&1; echo code $?";
    List<String> command = new java.util.ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(java);
    assertThat(Command.run(command.toArray(String[]::new)))
        .contains("the owners of ", "extended attribute", "EPERM", "code 3");
    assertThat(target.resolve("fstab")).hasContent("one line");
  }

  @Test
  void whatIsThereIsLeftAlone() throws IOException {
    Path target = Files.createDirectory(folder.resolve("there"));
    Files.writeString(target.resolve("fstab"), "mine");
    assertThat(desk.run("cp", image + ":/etc/fstab", target).expect(1).out())
        .contains("in its place there is something else");
    assertThat(target.resolve("fstab")).hasContent("mine");
    desk.run("cp", image + ":/etc/fstab", target, "--force").expect(0);
    assertThat(target.resolve("fstab")).hasContent("one line");
  }

  @Test
  void filesAreListed() throws IOException {
    assertThat(desk.run("ls", image).expect(0).out().lines())
        .containsExactly("etc", "lost+found", "odd name", "var");
    assertThat(desk.run("ls", image + ":/odd name").expect(0).out().lines())
        .containsExactly("\\xff\\x0a*");
    assertThat(desk.run("ls", image + ":/etc/fstab").expect(0).out()).startsWith("fstab");
    String rows = desk.run("ls", "-l", "latest:p1/etc").expect(0).out();
    assertThat(rows)
        .containsPattern("-rw-rwxr--\\+? +3 +0 +0 +9 +2030-01-02 .* fstab")
        .containsPattern("lrwxrwxrwx +1 +3 +4 +5 +1999-12-31 .* link -> fstab");
    assertThat(desk.run("ls", "-l", image + ":/var").expect(0).out())
        .containsPattern("-rwsr-sr-x +1 +70000 +80000 +20000000 .* large")
        .containsPattern("brw-r--r-- +1 +0 +0 +259,70000 .* disk")
        .containsPattern("prw-r--r--.* fifo");
    assertThat(desk.run("ls", "-R", image + ":/etc").expect(0).out())
        .startsWith(
            "/etc:\ndangling\ndeep\nfstab\nlink\n\n/etc/deep:\nabsolute\ner\n\n/etc/deep/er:");
  }

  @Test
  void pathsLeadThroughLinksButNotOut() throws IOException {
    assertThat(desk.run("cat", image + ":/etc/deep/absolute/link").expect(0).out())
        .isEqualTo("one line\n");
    assertThat(desk.run("ls", image + ":/../../etc/deep/absolute/").expect(0).out())
        .contains("fstab");
    desk.run("cat", image + ":/etc/dangling").expectSentence(1, "no file /etc/dangling");
    desk.run("cat", image + ":/etc").expectSentence(1, "/etc is no file, but a directory");
    assertThat(desk.run("cat", image + ":/odd name/\\xff\\x0a*").expect(0).out()).isEqualTo("x");
    assertThat(desk.run("cat", image + ":/etc/fstab", disk + ":p2/file").expect(0).out())
        .isEqualTo("one line\nother\n");
  }

  @Test
  void filesAreFound() throws IOException {
    assertThat(desk.run("find", image, "--name", "*fst[a-c]b").expect(0).out().lines())
        .containsExactly("/etc/fstab");
    assertThat(desk.run("find", image, "--type", "f", "--size", "+1M").expect(0).out().lines())
        .containsExactlyInAnyOrder("/var/large", "/var/sparse");
    assertThat(desk.run("find", image, "--newer", "2029-01-01").expect(0).out().lines())
        .containsExactlyInAnyOrder("/etc/fstab", "/var/hard", "/var/harder");
    assertThat(desk.run("find", image + ":/var", "--name", "many-*").expect(0).out().lines())
        .hasSize(3000);
    JsonObject found = desk.run("find", image, "--type", "l", "--json").expect(0).json();
    assertThat(found.getAsJsonArray("files"))
        .map(JsonElement::getAsJsonObject)
        .map(file -> file.get("path").getAsString() + " " + file.get("target").getAsString())
        .containsExactlyInAnyOrder(
            "/etc/link fstab", "/etc/dangling nowhere", "/etc/deep/absolute /etc");
    desk.run("find", image, "--type", "x").expectSentence(2, "--type is one of");
    desk.run("find", image, "--newer", "soon").expectSentence(2, "'soon' is no time such as");
  }

  @Test
  void severalFileSystemsAreToldApart() throws IOException {
    desk.run("ls", disk)
        .expectSentence(2, "several file systems", "p1 (ext4, LABEL=root)", "p2 (ext4");
    for (String address : List.of("p2", "LABEL=other", "disk.img/p2")) {
      assertThat(desk.run("cat", disk + ":" + address + "/file").expect(0).out())
          .isEqualTo("other\n");
    }
    desk.run("ls", disk + ":p3/").expectSentence(2, "there is no 'p3/'", "p1 (ext4");
    desk.run("ls", "latest:/etc").expectSentence(2, "several file systems");
    desk.run("ls", "cafe:/etc").expectSentence(1, "there is no snapshot 'cafe'");
    desk.run("ls", folder + "/none.img:/x").expectSentence(1, "cannot look into", "none.img");
    desk.run("ls", "latest", "--volume", "none").expectSentence(2, "no volume 'none', only disk");
  }

  @Test
  void spaceIsAsTheKernelCountsIt() throws IOException {
    JsonObject space = desk.run("df", image, disk, "--json").expect(0).json();
    assertThat(space.getAsJsonArray("fileSystems")).hasSize(3);
    JsonObject root = space.getAsJsonArray("fileSystems").get(0).getAsJsonObject();
    long free = Long.parseLong(Command.run("stat", "-f", "-c", "%f", mount(image).toString()));
    long block = Long.parseLong(Command.run("stat", "-f", "-c", "%S", mount(image).toString()));
    assertThat(root.get("free").getAsLong()).isEqualTo(free * block);
    assertThat(root.get("size").getAsLong()).isEqualTo(100 << 20);
    assertThat(root.get("used").getAsLong()).isEqualTo((100 << 20) - free * block);
    assertThat(root.get("label").getAsString()).isEqualTo("root");
    assertThat(desk.run("df", "latest").expect(0).out())
        .containsPattern("latest +p1 +ext4 +100.0 MiB")
        .containsPattern("latest +p2 +ext4 +20.0 MiB .* other ");
  }

  @Test
  void whatIsSoundIsClean() throws IOException {
    Desk.Result fsck = desk.run("fsck", "latest").expect(0);
    assertThat(fsck.out().lines())
        .containsExactly("disk.img (gpt): clean", "p1 (ext4): clean", "p2 (ext4): clean");
    assertThat(desk.run("fsck", disk + ":p2", "--deep").expect(0).out()).startsWith("p2 (ext4)");
    try (LoopDevice loop = LoopDevice.over(image, "--read-only")) {
      assertThat(desk.run("fsck", loop).expect(0).out()).contains("(ext4): clean");
    }
  }

  @Test
  void damageInsideIsToldAtOnceAndKept() throws IOException {
    Path bad = Files.copy(image, folder.resolve("bad.img"));
    Command.run("debugfs", "-w", "-R", "clri /etc/fstab", bad.toString());
    JsonObject report = desk.run("fsck", bad, "--json", "--problems", 1).expect(4).json();
    assertThat(report.get("state").getAsString()).isEqualTo("suspect");
    JsonObject place = report.getAsJsonArray("places").get(0).getAsJsonObject();
    assertThat(place.get("problemCount").getAsLong()).isGreaterThan(1);
    assertThat(place.getAsJsonArray("problems")).hasSize(1);

    Desk other = Desk.withRepository(folder.resolve("repository-of-bad"));
    other.run("init").expect(0);
    Desk.Result backup = other.run("backup", bad).expect(3);
    assertThat(backup.err()).contains("damaged inside: bad.img (ext4) has ", "corrupt ");
    assertThat(backup.out()).containsPattern("fsck +suspect");
    assertThat(other.run("snapshots").expect(0).out()).contains(" suspect");
    assertThat(other.run("show", "latest").expect(0).out())
        .containsPattern("fsck +suspect")
        .containsPattern("fsckFound +bad.img \\(ext4\\): corrupt ");
    other.run("fsck", "latest").expect(4);
    assertThat(other.run("backup", bad, "--no-fsck").expect(0).out()).doesNotContain("fsck");
    other.run("restore", "latest", folder.resolve("bad-copy.img")).expect(0);
    assertThat(folder.resolve("bad-copy.img")).hasSameBinaryContentAs(bad);
  }

  @Test
  void whatIsNotUnderstoodIsUnknown() throws IOException {
    Path noise = Files.write(folder.resolve("noise.img"), new byte[1 << 20]);
    Desk.Result fsck = desk.run("fsck", noise).expect(3);
    assertThat(fsck.err()).contains("nothing was checked");
    Desk other = Desk.withRepository(folder.resolve("repository-of-noise"));
    other.run("init").expect(0);
    assertThat(other.run("backup", noise).expect(0).out()).containsPattern("fsck +unknown");
  }
}
