package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes wrong is said in one sentence.
class SentencesTest {
  @TempDir Path folder;
  private Path repository;
  private Path image;
  private Desk desk;

  @BeforeEach
  void prepare(Seed seed) throws IOException {
    repository = folder.resolve("repository");
    image = Images.make(folder.resolve("disk.img"), seed);
    desk = Desk.withRepository(repository);
  }

  @Test
  void noRepository() throws IOException {
    desk.run("backup", "-r", repository, image)
        .expectSentence(1, "there is no repository at", "cairn init");
    Files.createDirectory(repository);
    Files.writeString(repository.resolve("letter.txt"), "Dear");
    desk.run("snapshots").expectSentence(1, "there is no repository at", "cairn init");
    desk.run("init").expectSentence(1, "not empty", "name a new or an empty one");
    assertThat(repository).isDirectoryNotContaining(each -> !each.endsWith("letter.txt"));
    new Desk()
        .set("HOME", folder.toString())
        .run("snapshots")
        .expectSentence(1, "there is no repository at");
  }

  @Test
  void aSecondInit() {
    desk.run("init").expect(0);
    desk.run("init").expectSentence(1, "there is a repository at", "already");
  }

  @Test
  void aUrl() {
    desk.run("snapshots", "-r", "s3://bucket/x").expectSentence(2, "folders only", "s3://bucket/x");
  }

  @Test
  void aNewerFormat() throws Exception {
    desk.run("init").expect(0);
    Path config = repository.resolve("config");
    // The digest is made the same way in every version.
    String body =
        Files.readString(config)
            .replace("\"format\": 1", "\"format\": 7")
            .replaceFirst("(?s),\n  \"digest\".*", "");
    Files.writeString(
        config, "%s,\n  \"digest\": \"%s\"\n}\n".formatted(body.stripTrailing(), digest(body)));
    desk.run("snapshots").expectSentence(1, "format version 7", "use a newer Cairn");
  }

  private static String digest(String body) throws Exception {
    byte[] text = (body.stripTrailing() + "\n}\n").getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
  }

  @Test
  void aDamagedConfig() throws IOException {
    desk.run("init").expect(0);
    Images.flip(repository.resolve("config"), 40);
    desk.run("snapshots").expectSentence(4, "corrupt config");
  }

  @Test
  void aReadOnlyRepositoryCanBeReadOnly() throws IOException {
    try (LoopDevice device = LoopDevice.over(emptyDisk(64));
        Mounted mounted = Mounted.ext4(device, folder.resolve("mounted"))) {
      Path inside = mounted.directory().resolve("repository");
      Desk there = Desk.withRepository(inside);
      there.run("init").expect(3); // little space is a warning
      there.run("backup", image).expect(0);
      Command.run("mount", "-o", "remount,ro", mounted.directory().toString());
      there.run("backup", image).expectSentence(1, "read-only");
      there.run("forget", "latest").expectSentence(1, "read-only");
      there.run("check", "--read-data").expect(0);
      there.run("restore", "latest", folder.resolve("copy.img")).expect(0);
      assertThat(folder.resolve("copy.img")).hasSameBinaryContentAs(image);
      Desk.withRepository(mounted.directory().resolve("other"))
          .run("init")
          .expectSentence(1, "read-only");
    }
  }

  @Test
  void noSpace(Seed seed) throws IOException {
    Path large = Files.write(folder.resolve("large.img"), seed.bytes(24 << 20));
    try (LoopDevice device = LoopDevice.over(emptyDisk(16));
        Mounted mounted = Mounted.ext4(device, folder.resolve("mounted"))) {
      Desk there = Desk.withRepository(mounted.directory().resolve("repository"));
      assertThat(there.run("init").expect(3).err()).contains("warning: free-space");
      there.run("backup", large).expectSentence(1, "no space left");
      there.run("check").expect(0);
      assertThat(there.run("snapshots").expect(0).out()).startsWith("No snapshots");
      there.run("backup", image).expect(0);
    }
  }

  @Test
  void sourcesThatAreNone() throws IOException {
    desk.run("init").expect(0);
    desk.run("backup", folder.resolve("none")).expectSentence(1, "no such file or device");
    desk.run("backup", folder).expectSentence(1, "it is a directory");
    desk.run("backup", image, image).expectSentence(2, "named twice");
    desk.run("backup", "nbd://host:99999/x").expectSentence(1, "is no NBD URI: a port is");
    desk.run("backup", "nbd+unix:///?socket=%00").expectSentence(1, "its socket is no path");
    String[] unnamed = {"backup", "nbd+unix:///?socket=" + folder.resolve("none")};
    desk.run((Object[]) unnamed).expectSentence(1, "cannot use nbd+unix:");
    desk.run("backup", image, "--name", "n".repeat(201)).expectSentence(2, "--name");
    desk.run("backup", image, "--parent", "f00").expectSentence(1, "no snapshot 'f00'");
  }

  @Test
  void targetsThatMustNotBe() throws IOException {
    desk.run("init").expect(0);
    desk.run("backup", image).expect(0);
    Path precious = Files.writeString(folder.resolve("precious"), "do not overwrite");
    desk.run("restore", "latest", precious).expectSentence(1, "--force");
    assertThat(precious).hasContent("do not overwrite");
    try (LoopDevice small = LoopDevice.over(emptyDisk(1))) {
      desk.run("restore", "latest", small).expectSentence(1, small.toString());
    }
    try (LoopDevice device = LoopDevice.over(emptyDisk(32));
        Mounted mounted = Mounted.ext4(device, folder.resolve("mounted"))) {
      assertThat(mounted.directory()).exists();
      desk.run("restore", "latest", device).expectSentence(1, "mounted");
    }
  }

  @Test
  void snapshotsThatAreNone() {
    desk.run("init").expect(0);
    desk.run("show", "latest").expectSentence(1, "no snapshot yet");
    desk.run("show", "latest:x").expectSentence(1, "group 'x'");
  }

  @Test
  void misuse() {
    desk.run("bakup").expectSentence(2, "there is no command 'bakup'", "did you mean backup?");
    desk.run("backup").expectSentence(2, "SOURCE", "cairn backup --help");
    desk.run("backup", "a", "--nmae", "x").expectSentence(2, "--nmae");
    desk.run("check", "--read-data=200").expectSentence(2, "0 to 100");
    desk.run("check", "--read-data=much").expectSentence(2, "much");
    desk.run("init", "--block-size", "60K").expectSentence(2, "power of two");
    desk.run("init", "--block-size", "5G").expectSentence(2, "block size");
    desk.run("init", "--block-size", "lots").expectSentence(2, "'lots' is no size");
    desk.run("init", "--parity", "51").expectSentence(2, "parity percentage is 51, not 0..50");
    desk.run("init", "--parity", "-1").expectSentence(2, "parity percentage is -1");
    desk.run("init", "--waive", "gravity").expectSentence(2, "gravity", "fsync");
    desk.run("key").expectSentence(2, "cairn key --help");
    desk.run().expectSentence(2, "cairn --help");
  }

  @Test
  void theWayThroughTheCodeIsShownToThoseWhoAsk() {
    assertThat(desk.set("CAIRN_DEBUG", "1").run("snapshots").expect(1).err()).contains("\tat ");
  }

  private Path emptyDisk(int mebibytes) throws IOException {
    Path disk = folder.resolve("disk-" + mebibytes);
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength((long) mebibytes << 20);
    }
    return disk;
  }
}
