package cairn.filesystem.ext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.ext.disk.BlockMap;
import cairn.filesystem.ext.disk.Blocks;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.ext.disk.InodeTable;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.MountPoint;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Images as a crash leaves them: copied while the file system is in use, after what was written
/// reached the journal and before it reached its place.
final class ExtJournalTest {
  private static final long BYTES = 48 << 20;
  private static final byte[] MAGIC = {(byte) 0xC0, 0x3B, 0x39, (byte) 0x98};

  @TempDir private Path directory;

  /// With its directories full, and some of it deleted again, so that blocks are revoked.
  private Path crashed(String command, String options, Seed seed) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Path copy = directory.resolve("crashed");
    Command.run((command + " " + path).split(" ", -1));
    try (MountPoint mount = MountPoint.of(path, options)) {
      RichContent.fill(mount.directory(), 300, seed);
      Path escaped = Files.createDirectory(mount.directory().resolve("escaped"));
      for (int index = 0; index < 8; index++) {
        byte[] content = seed.split(index).bytes(4096);
        System.arraycopy(MAGIC, 0, content, 0, MAGIC.length);
        Files.write(escaped.resolve("" + index), content);
      }
      for (int index = 100; index < 200; index++) {
        Files.deleteIfExists(
            mount
                .directory()
                .resolve("big")
                .resolve("a name of some length that takes space, " + index));
      }
      Command.run("rm", "-r", mount.directory().resolve("deep").toString());
      Command.run("sync", "-f", mount.directory().toString());
      Files.copy(path, copy);
    }
    return copy;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkfs.ext4 -q -b 1024 -J size=8|rw",
        "mkfs.ext4 -q -b 4096 -O ^64bit -J size=16|rw,data=journal",
        "mkfs.ext4 -q -b 1024 -O ^metadata_csum -J size=8|rw,data=journal,journal_checksum",
        "mkfs.ext3 -q -b 1024 -J size=8|rw,data=journal",
        "mkfs.ext4 -q -b 1024 -O orphan_file -J size=8|rw"
      })
  void whatTheJournalBringsIsThere(String setup, Seed seed) throws Exception {
    String[] words = setup.split("\\|", -1);
    Path path = crashed(words[0], words[1], seed);
    assertThat(Command.run("dumpe2fs", "-h", path.toString())).contains("needs_recovery");
    Map<String, byte[]> found = new TreeMap<>();
    try (ImageFile volume = new ImageFile(path)) {
      assertThat(Verdict.of(volume)).isEqualTo(Verdict.SOUND);
      collect(ExtFileSystem.open(volume).root(), "", found);
    }
    Map<String, byte[]> expected = new TreeMap<>();
    try (MountPoint mount = MountPoint.of(path, "rw");
        var files = Files.walk(mount.directory())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.size(file) < 1 << 20 && !Files.isSymbolicLink(file)) {
          expected.put("/" + mount.directory().relativize(file), Files.readAllBytes(file));
        }
      }
    }
    assertThat(found.keySet()).hasSizeGreaterThan(200).containsExactlyElementsOf(expected.keySet());
    expected.forEach((name, content) -> assertThat(found.get(name)).as(name).isEqualTo(content));
  }

  /// What is left of its entries counts no more: its parent has lost that link.
  @Test
  void aDirectoryThatWasRemovedWhileOpenIsNotLookedInto() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Path copy = directory.resolve("crashed");
    Command.run("mkfs.ext4", "-q", "-b", "1024", path.toString());
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      String script = "cd $1; mkdir -p a/b; exec 8< a 9< a/b; rmdir a/b a; sync -f .; cp $2 $3";
      String where = mount.directory().toString();
      Command.run("bash", "-c", script, "bash", where, path.toString(), copy.toString());
    }
    try (ImageFile volume = new ImageFile(copy)) {
      assertThat(Verdict.of(volume)).isEqualTo(Verdict.SOUND);
    }
  }

  private static void collect(FileNode node, String name, Map<String, byte[]> found)
      throws IOException, CorruptData, Unreadable {
    switch (node.attributes().type()) {
      case DIRECTORY ->
          node.visit((entry, child) -> collect(child, name + "/" + text(entry), found));
      case REGULAR -> {
        if (node.attributes().size() < 1 << 20) {
          byte[] content = new byte[(int) node.attributes().size()];
          node.content().read(0, content, 0, content.length);
          found.put(name, content);
        }
      }
      default -> {}
    }
  }

  private static String text(FileName name) {
    return new String(name.bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void anUnmountedCopyOfTheSameIsSoundWithoutReplay(Seed seed) throws IOException {
    Path path = crashed("mkfs.ext4 -q -b 1024 -J size=8", "rw", seed);
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      Files.createFile(mount.directory().resolve("after"));
    }
    try (ImageFile volume = new ImageFile(path)) {
      assertThat(Verdict.of(volume)).isEqualTo(Verdict.SOUND);
    }
  }

  /// The log ends where a block is not the next one; what is wrong before its end is damage.
  @Test
  void damageInTheLogIsNoticed(Seed seed) throws Exception {
    byte[] image = Files.readAllBytes(crashed("mkfs.ext4 -q -b 1024 -J size=4", "rw", seed));
    int noticed = 0;
    int blocks = 0;
    for (int place : log(image)) {
      image[place + 100] ^= 0x10;
      noticed += Verdict.of(MemoryVolume.of(image)).problems().isEmpty() ? 0 : 1;
      image[place + 100] ^= 0x10;
      blocks++;
    }
    assertThat(blocks).isGreaterThan(10);
    assertThat(noticed).isGreaterThan(blocks / 2);
  }

  /// What it was opened as does not hold for what the log makes of it.
  @Test
  void aLogMayBringAnotherSuperblock(Seed seed) throws Exception {
    String command = "mkfs.ext4 -q -b 1024 -O ^metadata_csum -J size=4";
    byte[] image = Files.readAllBytes(crashed(command, "rw", seed));
    Fields fields = Fields.littleEndian(image);
    int copies = 0;
    for (int place = 2048; place < image.length; place += 1024) {
      if (fields.u16(place + 0x38) == 0xEF53 && fields.u16(place + 0x5a) == 0) {
        image[place + 0x60] |= 8; // the journal of another file system
        copies++;
      }
    }
    assertThat(copies).isPositive();
    assertThat(Verdict.of(MemoryVolume.of(image)).unknown())
        .containsExactly("it is the journal of another file system");
    assertThatThrownBy(() -> ExtFileSystem.open(MemoryVolume.of(image)).root())
        .isInstanceOf(Unreadable.class);
  }

  /// Some blocks at the start of the log.
  private static List<Integer> log(byte[] image) throws IOException, CorruptData {
    ExtSuperblock superblock = ExtSuperblock.read(MemoryVolume.of(image));
    Blocks blocks = new Blocks(MemoryVolume.of(image), superblock, bytes -> {});
    BlockMap map = BlockMap.of(InodeTable.read(blocks).inode(Inode.JOURNAL), blocks);
    int start = (int) Fields.bigEndian(image).u32((int) map.find(0).physical() * 1024 + 0x1c);
    List<Integer> places = new ArrayList<>();
    for (long logical = start; logical < start + 20; logical++) {
      BlockMap.Run run = map.find(logical);
      places.add((int) (run.physical() + logical - run.logical()) * 1024);
    }
    return places;
  }

  @Test
  void fastCommitsAreNotPassedOver(Seed seed) throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Path copy = directory.resolve("copy");
    Command.run("mkfs.ext4", "-q", "-b", "4096", "-O", "fast_commit", path.toString());
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      Files.write(mount.directory().resolve("first"), seed.bytes(100));
      Command.run("sync", "-f", mount.directory().toString());
      for (int index = 0; index < 3; index++) {
        Path file = mount.directory().resolve("fast " + index);
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(seed.bytes(5000)));
          channel.force(true);
        }
      }
      Files.copy(path, copy);
    }
    try (ImageFile volume = new ImageFile(copy)) {
      Verdict verdict = Verdict.of(volume);
      assertThat(verdict.problems()).isEmpty();
      assertThat(verdict.unknown()).anyMatch(why -> why.contains("fast commits"));
      FileNode root = ExtFileSystem.open(volume).root();
      assertThat(root.child(FileName.of("first"))).isPresent();
    }
  }
}
