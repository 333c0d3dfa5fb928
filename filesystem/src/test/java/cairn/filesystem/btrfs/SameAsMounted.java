package cairn.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Compares everything below a directory with what the kernel shows of it.
final class SameAsMounted {
  private static final int PIECE = 1 << 20;

  private final Path directory;
  private final Map<String, Map<String, String>> attributes;
  private final Map<Object, FileNode.Id> inodes = new HashMap<>();
  private final Set<FileNode.Id> ids = new HashSet<>();
  private int count;

  private SameAsMounted(Path directory) throws IOException {
    this.directory = directory;
    this.attributes = extendedAttributes(directory);
  }

  /// @return how many nodes were compared
  static int check(FileNode root, Path directory) throws IOException, CorruptData, Unreadable {
    SameAsMounted all = new SameAsMounted(directory);
    all.checkNode(root, directory);
    return all.count;
  }

  private void checkNode(FileNode node, Path path) throws IOException, CorruptData, Unreadable {
    count++;
    Map<String, Object> expected = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
    checkAttributes(node, expected, path);
    if (number(expected, "ino") != 2) {
      checkIdentity(node, expected, path);
    }
    switch (node.attributes().type()) {
      case DIRECTORY -> checkDirectory(node, path);
      case REGULAR -> checkContent(node.content(), path);
      case SYMBOLIC_LINK ->
          assertThat(new String(node.target(), StandardCharsets.UTF_8))
              .as(path.toString())
              .isEqualTo(Files.readSymbolicLink(path).toString());
      default -> {}
    }
  }

  private void checkIdentity(FileNode node, Map<String, Object> expected, Path path) {
    String inode = expected.get("dev") + ":" + expected.get("ino");
    FileNode.Id known = inodes.putIfAbsent(inode, node.id());
    if (known == null) {
      assertThat(ids.add(node.id())).as(path.toString()).isTrue();
    } else {
      assertThat(node.id()).as(path.toString()).isEqualTo(known);
    }
  }

  private void checkAttributes(FileNode node, Map<String, Object> expected, Path path)
      throws IOException, CorruptData, Unreadable {
    Attributes have = node.attributes();
    int mode = (int) number(expected, "mode");
    assertThat(have.type())
        .as(path.toString())
        .isEqualTo(Attributes.Type.ofMode(mode).orElseThrow());
    assertThat(have.permissions()).as(path.toString()).isEqualTo(mode & 0xFFF);
    assertThat(have.owner().user()).as(path.toString()).isEqualTo(number(expected, "uid"));
    assertThat(have.owner().group()).as(path.toString()).isEqualTo(number(expected, "gid"));
    assertThat(have.size()).as(path.toString()).isEqualTo(expected.get("size"));
    assertThat(have.links()).as(path.toString()).isEqualTo(number(expected, "nlink"));
    long device = number(expected, "rdev");
    assertThat(have.device().major()).as(path.toString()).isEqualTo((int) ((device >>> 8) & 0xFFF));
    assertThat(have.device().minor())
        .as(path.toString())
        .isEqualTo((int) ((device & 0xFF) | ((device >>> 12) & 0xFFF00)));
    if (number(expected, "ino") != 2) {
      checkTimes(have.times(), expected, path);
    }
    Map<String, String> found = new TreeMap<>();
    node.extendedAttributes()
        .forEach((name, value) -> found.put(name.toString(), HexFormat.of().formatHex(value)));
    String name = directory.relativize(path).toString();
    assertThat(found).as(name).isEqualTo(attributes.getOrDefault(name, Map.of()));
  }

  private static long number(Map<String, Object> values, String name) {
    return ((Number) Objects.requireNonNull(values.get(name))).longValue();
  }

  private static void checkTimes(Attributes.Times have, Map<String, Object> expected, Path path) {
    assertThat(FileTime.from(have.accessed()))
        .as(path.toString())
        .isEqualTo(expected.get("lastAccessTime"));
    assertThat(FileTime.from(have.modified()))
        .as(path.toString())
        .isEqualTo(expected.get("lastModifiedTime"));
    assertThat(FileTime.from(have.changed())).as(path.toString()).isEqualTo(expected.get("ctime"));
    assertThat(FileTime.from(have.created().orElseThrow()))
        .as(path.toString())
        .isEqualTo(expected.get("creationTime"));
  }

  private void checkDirectory(FileNode node, Path path)
      throws IOException, CorruptData, Unreadable {
    if (path.endsWith("names")) {
      checkNames(node, path);
      return;
    }
    Set<String> expected = new TreeSet<>();
    try (Stream<Path> entries = Files.list(path)) {
      entries.forEach(entry -> expected.add(entry.getFileName().toString()));
    }
    Set<String> found = new TreeSet<>();
    node.visit((name, child) -> {
      String text = new String(name.bytes(), StandardCharsets.UTF_8);
      found.add(text);
      assertThat(node.child(name).orElseThrow().id()).isEqualTo(child.id());
      checkNode(child, path.resolve(text));
    });
    assertThat(found).as(path.toString()).isEqualTo(expected);
    assertThat(node.child(FileName.of("there is no such entry"))).isEmpty();
  }

  /// Names that are not for paths of Java.
  private static void checkNames(FileNode node, Path path)
      throws IOException, CorruptData, Unreadable {
    Path list = Files.createTempFile("names", null);
    try {
      Command.run("sh", "-c", "find '" + path + "' -mindepth 1 -printf '%i %f\\0' > " + list);
      Set<String> expected =
          new TreeSet<>(
              List.of(Files.readString(list, StandardCharsets.ISO_8859_1).split("\0", 0)));
      Set<String> found = new TreeSet<>();
      node.visit((name, child) ->
          found.add(
              child.id().number() + " " + new String(name.bytes(), StandardCharsets.ISO_8859_1)));
      assertThat(found).isEqualTo(expected).hasSizeGreaterThan(5);
    } finally {
      Files.delete(list);
    }
  }

  /// Data byte by byte; holes at their ends, as they may be huge.
  private static void checkContent(BlockReader content, Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      long at = 0;
      for (Extent extent : content.extents(0, content.size())) {
        assertThat(extent.offset()).isEqualTo(at);
        at = extent.end();
        boolean hole = extent.state() == Extent.State.HOLE;
        long step = hole ? Math.max(PIECE, extent.length() / 4) : PIECE;
        for (long from = extent.offset(); from < at; from += step) {
          byte[] expected = new byte[(int) Math.min(PIECE, at - from)];
          file.seek(from);
          file.readFully(expected);
          byte[] have = new byte[expected.length];
          content.read(from, have, 0, have.length);
          assertThat(have).as(path + " at " + from).isEqualTo(expected);
          if (hole) {
            assertThat(expected).as(path + " at " + from).containsOnly(0);
          }
        }
      }
      assertThat(at).as(path.toString()).isEqualTo(file.length());
    }
  }

  private static Map<String, Map<String, String>> extendedAttributes(Path directory)
      throws IOException {
    String dump =
        Command.run("sh", "-c", "cd '" + directory + "' && getfattr -RPhd -m - -e hex . 2>&1");
    Map<String, Map<String, String>> all = new HashMap<>();
    Map<String, String> current = new TreeMap<>();
    for (String line : dump.lines().toList()) {
      int equals = line.indexOf("=0x");
      if (line.startsWith("# file: ")) {
        current = new TreeMap<>();
        String name = line.substring(8);
        all.put(name.equals(".") ? "" : name.replaceFirst("^\\./", ""), current);
      } else if (equals > 0) {
        current.put(line.substring(0, equals), line.substring(equals + 3));
      } else if (!line.isEmpty()) {
        current.put(line.replaceFirst("=\"\"$", ""), "");
      }
    }
    return all;
  }
}
