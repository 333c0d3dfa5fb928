package cairn.filesystem.fat;

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
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FatFilesTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "mkfs.fat -F 12 -s 4, 8",
    "mkfs.fat -F 16 -s 2, 16",
    "mkfs.fat -F 32 -s 1, 40",
    "mkfs.fat -F 32 -s 1 -S 4096, 300"
  })
  void allFilesAreThereAsTheyWere(String command, long mebibytes, Seed seed) throws Exception {
    FatImage image = FatImage.make(directory, command, mebibytes << 20, seed);
    try (ImageFile volume = new ImageFile(image.path())) {
      Map<String, String> found = new TreeMap<>();
      Set<FileNode.Id> ids = new HashSet<>();
      walk(FatFileSystem.open(volume).root(), "", found, ids);
      Set<Map.Entry<String, String>> missing = new HashSet<>(expected(image.files()).entrySet());
      missing.removeAll(found.entrySet());
      assertThat(missing).isEmpty();
      assertThat(found.keySet()).isEqualTo(expected(image.files()).keySet());
      assertThat(ids).hasSameSizeAs(found.keySet());
    }
  }

  /// What is known of each node by its path.
  private static void walk(
      FileNode node, String path, Map<String, String> found, Set<FileNode.Id> ids)
      throws IOException, CorruptData, Unreadable {
    node.visit((name, child) -> {
      String place = path + "/" + name;
      assertThat(ids.add(child.id())).isTrue();
      Attributes attributes = child.attributes();
      assertThat(child.extendedAttributes()).isEmpty();
      if (attributes.type() == Attributes.Type.DIRECTORY) {
        found.put(place, "directory");
        walk(child, place, found, ids);
      } else {
        byte[] content = content(child);
        assertThat(attributes.size()).isEqualTo(content.length);
        found.put(place, described(content, attributes.times().modified()));
      }
    });
  }

  private static Map<String, String> expected(Path files) throws IOException {
    Map<String, String> expected = new TreeMap<>();
    try (Stream<Path> all = Files.walk(files)) {
      for (Path each : all.filter(path -> !path.equals(files)).toList()) {
        expected.put(
            "/" + files.relativize(each),
            Files.isDirectory(each)
                ? "directory"
                : described(Files.readAllBytes(each), Files.getLastModifiedTime(each).toInstant()));
      }
    }
    return expected;
  }

  private static String described(byte[] content, Instant modified) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return content.length + " bytes, " + crc.getValue() + ", " + modified;
  }

  private static byte[] content(FileNode node) throws IOException, CorruptData, Unreadable {
    try (BlockReader reader = node.content()) {
      byte[] content = new byte[(int) reader.size()];
      reader.read(0, content, 0, content.length);
      return content;
    }
  }

  @Test
  void anyPartOfAFileCanBeRead(Seed seed) throws Exception {
    FatImage image = FatImage.make(directory, "mkfs.fat -F 16 -s 1", 16 << 20, seed);
    byte[] expected = Files.readAllBytes(image.files().resolve("top.bin"));
    try (ImageFile volume = new ImageFile(image.path())) {
      FileNode file = child(FatFileSystem.open(volume).root(), "top.bin");
      BlockReader reader = file.content();
      assertThat(reader.extents(0, reader.size()))
          .containsExactly(new Extent(0, expected.length, Extent.State.DATA));
      RandomGenerator random = seed.random();
      for (int round = 0; round < 300; round++) {
        int from = random.nextInt(expected.length);
        byte[] part = new byte[random.nextInt(expected.length - from + 1)];
        reader.read(from, part, 0, part.length);
        assertThat(part).isEqualTo(Arrays.copyOfRange(expected, from, from + part.length));
      }
      assertThatThrownBy(() -> reader.read(expected.length, new byte[1], 0, 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void namesAreFoundInEitherCase(Seed seed) throws Exception {
    FatImage image = FatImage.make(directory, "mkfs.fat -F 16 -s 1", 16 << 20, seed);
    try (ImageFile volume = new ImageFile(image.path())) {
      FileNode names = child(FatFileSystem.open(volume).root(), "NAMES");
      for (String name : new String[] {"Grüße.txt", "GRÜSSE.TXT", "grÜße.TXT"}) {
        assertThat(names.child(FileName.of(name)).isPresent()).isEqualTo(!name.contains("SS"));
      }
      assertThat(child(names, "mixed case name.TXT").id())
          .isEqualTo(child(names, "Mixed Case Name.txt").id())
          .isEqualTo(child(names, "MIXEDC~1.TXT").id());
      assertThat(child(names, "NOEXT").attributes().permissions()).isEqualTo(0555);
      assertThat(child(names, "README.TXT").attributes().permissions()).isEqualTo(0755);
      assertThat(names.attributes().permissions()).isEqualTo(0755);
      assertThat(names.child(FileName.of(".."))).isEmpty();
    }
  }

  @Test
  void theLabelIsNoFileAndCaseBitsCount() throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), 4 << 20);
    Command.run("mkfs.fat", "-n", "LABEL", path.toString());
    int root = 512 * (4 + 2 * sectors(path));
    byte[] entry = new byte[32];
    byte[] name = {(byte) 5, (byte) 0x8E, 'B', ' ', ' ', ' ', ' ', ' ', 'T', 'X', 'T'};
    System.arraycopy(name, 0, entry, 0, name.length);
    entry[12] = 0x18;
    entry[13] = 150 - 256;
    entry[14] = 1;
    entry[16] = 0x21;
    entry[24] = 0x21 + 31;
    entry[18] = 0x22;
    write(path, root + 32, entry);
    name[0] = 'C';
    System.arraycopy(name, 0, entry, 0, name.length);
    entry[12] = 0;
    write(path, root + 96, entry);
    try (ImageFile volume = new ImageFile(path)) {
      Map<String, Attributes> found = new TreeMap<>();
      FatFileSystem.open(volume)
          .root()
          .visit((each, node) -> found.put(each.toString(), node.attributes()));
      assertThat(found).containsOnlyKeys("σäb.txt", "CÄB.TXT");
      Attributes.Times times = found.values().iterator().next().times();
      assertThat(times.created()).contains(Instant.parse("1980-01-01T00:00:03.500Z"));
      assertThat(times.accessed()).isEqualTo(Instant.parse("1980-01-02T00:00:00Z"));
      assertThat(times.modified()).isEqualTo(Instant.parse("1980-02-01T00:00:00Z"));
    }
  }

  @Test
  void aDirectoryThatIsALoopEnds() throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), 16 << 20);
    Command.run("mkfs.fat", "-F", "16", "-s", "1", "-R", "1", path.toString());
    FatImage.mtools("mmd", path, "::one");
    write(path, 512 + 2 * 2, new byte[] {2, 0});
    try (ImageFile volume = new ImageFile(path)) {
      FileNode one = child(FatFileSystem.open(volume).root(), "one");
      assertThatThrownBy(() -> one.visit((name, node) -> {}))
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining("corrupt directory one")
          .hasMessageContaining("have a loop");
    }
  }

  @Test
  void aFileWhoseChainEndsTooEarlyHasNoContent() throws Exception {
    Path path = FilledImage.sparse(directory.resolve("image"), 16 << 20);
    Command.run("mkfs.fat", "-F", "16", "-s", "1", "-R", "1", path.toString());
    Path file = Files.write(directory.resolve("file"), new byte[5_000]);
    FatImage.mtools("mcopy", path, file.toString());
    write(path, 512 + 2 * 7, new byte[] {-1, -1});
    try (ImageFile volume = new ImageFile(path)) {
      FileNode node = child(FatFileSystem.open(volume).root(), "file");
      assertThatThrownBy(node::content)
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining("clusters, have 6 expect 10");
    }
  }

  private static FileNode child(FileNode node, String name)
      throws IOException, CorruptData, Unreadable {
    return node.child(FileName.of(name)).orElseThrow();
  }

  private static int sectors(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      file.seek(22);
      return file.read();
    }
  }

  private static void write(Path path, long offset, byte[] bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(offset);
      file.write(bytes);
    }
  }
}
