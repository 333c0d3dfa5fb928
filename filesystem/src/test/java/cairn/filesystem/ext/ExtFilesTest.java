package cairn.filesystem.ext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.LostFile;
import cairn.filesystem.test.MountPoint;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExtFilesTest {
  private static final long BYTES = 64 << 20;

  /// As `find` calls them.
  private static final Map<Attributes.Type, String> LETTERS =
      Map.of(
          Attributes.Type.REGULAR, "f",
          Attributes.Type.DIRECTORY, "d",
          Attributes.Type.SYMBOLIC_LINK, "l",
          Attributes.Type.FIFO, "p",
          Attributes.Type.SOCKET, "s",
          Attributes.Type.BLOCK_DEVICE, "b",
          Attributes.Type.CHARACTER_DEVICE, "c");

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkfs.ext4 -q -b 1024",
        "mkfs.ext4 -q -b 4096 -O inline_data,ea_inode -I 512",
        "mkfs.ext4 -q -b 2048 -O bigalloc -C 16384",
        "mkfs.ext3 -q -b 1024 -I 128"
      })
  void filesAreAsTheKernelSeesThem(String command, Seed seed) throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run((command + " " + path).split(" ", -1));
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      RichContent.fill(mount.directory(), 2000, seed);
      if (command.contains("ea_inode")) {
        Path file = mount.directory().resolve("hard");
        RichContent.set(file.toString(), "user.huge", "h".repeat(30_000));
      }
      if (command.contains("mkfs.ext4")) {
        Command.run(
            "fallocate", "-l", "300000", mount.directory().resolve("never written").toString());
      }
    }
    Map<String, String> expected = new TreeMap<>();
    try (MountPoint mount = MountPoint.of(path, "ro")) {
      new KernelView(mount.directory(), expected).look();
    }
    Map<String, String> found = new TreeMap<>();
    try (ImageFile volume = new ImageFile(path)) {
      walk(ExtFileSystem.open(volume).root(), ".", found);
    }
    assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
    found.forEach((name, what) -> assertThat(what).as(name).isEqualTo(expected.get(name)));
  }

  /// `mke2fs -d` calls a file without data inline, and leaves it its length.
  @Test
  void aHoleMayBeInline() throws Exception {
    Path tree = Files.createDirectory(directory.resolve("tree"));
    FilledImage.sparse(tree.resolve("hole"), 5_000_000);
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run(("mke2fs -q -t ext4 -O inline_data -d " + tree + " " + path).split(" ", -1));
    try (ImageFile volume = new ImageFile(path)) {
      assertThat(Verdict.of(volume)).isEqualTo(Verdict.SOUND);
      FileNode hole = ExtFileSystem.open(volume).root().child(FileName.of("hole")).orElseThrow();
      assertThat(hole.content().extents(60, 4_000_000))
          .last()
          .isEqualTo(new Extent(60, 4_000_000, Extent.State.HOLE));
      byte[] bytes = new byte[200];
      Arrays.fill(bytes, (byte) 1);
      hole.content().read(4_999_800, bytes, 0, bytes.length);
      assertThat(bytes).containsOnly(0);
    }
  }

  private static void walk(FileNode node, String name, Map<String, String> found)
      throws IOException, CorruptData, Unreadable {
    found.put(name, line(node));
    for (Map.Entry<FileName, byte[]> each : node.extendedAttributes().entrySet()) {
      found.put(name + " " + each.getKey(), HexFormat.of().formatHex(each.getValue()));
    }
    if (node.attributes().type() == Attributes.Type.DIRECTORY) {
      node.visit((entry, child) -> {
        assertThat(node.child(entry).orElseThrow().id()).isEqualTo(child.id());
        String text = new String(entry.bytes(), StandardCharsets.UTF_8);
        walk(child, name + "/" + text, found);
      });
      assertThat(node.child(FileName.of("not there"))).isEmpty();
    }
  }

  private static String line(FileNode node) throws IOException, CorruptData, Unreadable {
    Attributes all = node.attributes();
    boolean isDirectory = all.type() == Attributes.Type.DIRECTORY;
    return "%o %s %d:%d %d %d %d %s %s %s %s"
        .formatted(
            all.permissions(),
            LETTERS.get(all.type()),
            all.owner().user(),
            all.owner().group(),
            isDirectory ? 0 : all.size(),
            all.links(),
            node.id().number(),
            time(all.times().accessed()),
            time(all.times().modified()),
            time(all.times().changed()),
            more(node));
  }

  private static String more(FileNode node) throws IOException, CorruptData, Unreadable {
    Attributes.Device device = node.attributes().device();
    return switch (node.attributes().type()) {
      case REGULAR -> checksum(node.content());
      case SYMBOLIC_LINK -> new String(node.target(), StandardCharsets.UTF_8);
      case BLOCK_DEVICE, CHARACTER_DEVICE -> "%x:%x".formatted(device.major(), device.minor());
      default -> "";
    };
  }

  private static String time(Instant time) {
    return "%d.%09d0".formatted(time.getEpochSecond(), time.getNano());
  }

  /// In pieces that fit nothing.
  private static String checksum(BlockReader content) throws IOException {
    byte[] bytes = new byte[(int) KernelView.readLength(content.size())];
    long start = KernelView.firstRead(content.size());
    for (int done = 0; done < bytes.length; done += 77_777) {
      content.read(start + done, bytes, done, Math.min(77_777, bytes.length - done));
    }
    return KernelView.checksum(bytes);
  }

  @Test
  void holesAreHoles(Seed seed) throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.ext4", "-q", "-b", "1024", path.toString());
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      Path file = mount.directory().resolve("file");
      Command.run("fallocate", "-l", "8M", file.toString());
      try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
        access.setLength(6L << 30);
        access.seek(5L << 30);
        access.write(seed.bytes(3000));
        access.seek(1 << 20);
        access.write(seed.bytes(2048));
      }
    }
    try (ImageFile volume = new ImageFile(path)) {
      BlockReader content =
          ExtFileSystem.open(volume).root().child(FileName.of("file")).orElseThrow().content();
      assertThat(content.extents(0, content.size()))
          .containsExactly(
              new Extent(0, 1 << 20, Extent.State.HOLE),
              new Extent(1 << 20, 2048, Extent.State.DATA),
              new Extent((1 << 20) + 2048, (5L << 30) - (1 << 20) - 2048, Extent.State.HOLE),
              new Extent(5L << 30, 3072, Extent.State.DATA),
              new Extent((5L << 30) + 3072, (1L << 30) - 3072, Extent.State.HOLE));
      byte[] bytes = new byte[3000];
      content.read(5L << 30, bytes, 0, bytes.length);
      assertThat(bytes).isEqualTo(seed.bytes(3000));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mkfs.ext4 -q", "mkfs.ext3 -q"})
  void aSizeThatNoFileCanHaveIsDamage(String command) throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run((command + " " + path).split(" ", -1));
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      Files.writeString(mount.directory().resolve("file"), "short");
    }
    Command.run(
        "debugfs", "-w", "-R", "set_inode_field /file size 0x10000000000000", path.toString());
    try (ImageFile volume = new ImageFile(path)) {
      FileNode root = ExtFileSystem.open(volume).root();
      FileNode file = root.child(FileName.of("file")).orElseThrow();
      assertThatThrownBy(file::content)
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining("size");
    }
  }

  @Test
  void aDamagedInodeHidesNoOther() throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.ext4", "-q", path.toString());
    long number;
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      number = LostFile.fill(mount.directory());
    }
    Command.run("debugfs", "-w", "-R", "clri /" + LostFile.NAME, path.toString());
    try (ImageFile volume = new ImageFile(path)) {
      LostFile.check(ExtFileSystem.open(volume).root(), number);
    }
  }

  @Test
  void whatIsEncryptedIsNotRead() throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkfs.ext4", "-q", "-O", "encrypt", path.toString());
    Command.run("debugfs", "-w", "-R", "set_inode_field <2> flags 0x80800", path.toString());
    try (ImageFile volume = new ImageFile(path)) {
      FileNode root = ExtFileSystem.open(volume).root();
      assertThatThrownBy(() -> root.visit((name, node) -> {}))
          .isInstanceOf(Unreadable.class)
          .hasMessageContaining("encrypted");
    }
  }
}
