package cairn.filesystem.xfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.LostFile;
import cairn.filesystem.test.MountPoint;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class XfsFilesTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-m rmapbt=1 -i size=1024,nrext64=1",
        "-b size=1024 -n size=4096 -m bigtime=0,reflink=0"
      })
  void filesAreAsTheKernelTellsThem(String options) throws Exception {
    Path image = XfsPopulation.make(directory.resolve("image"), options);
    Map<String, String> kernel;
    try (MountPoint mount = MountPoint.of(image, "ro")) {
      kernel = KernelView.ofMounted(mount.directory());
    }
    try (ImageFile volume = new ImageFile(image)) {
      Map<String, String> own = KernelView.ofNode(XfsFileSystem.open(volume).root());
      assertThat(own).hasSizeGreaterThan(2900).isEqualTo(kernel);
      lookIntoSparse(XfsFileSystem.open(volume).root());
    }
  }

  /// In a short directory, and in one with blocks of its own.
  @ParameterizedTest
  @ValueSource(ints = {0, 100})
  void aDamagedInodeHidesNoOther(int more) throws Exception {
    Path image = FilledImage.sparse(directory.resolve("image"), 300L << 20);
    Command.run("mkfs.xfs", "-q", image.toString());
    long number;
    try (MountPoint mount = MountPoint.of(image, "rw")) {
      number = LostFile.fill(mount.directory());
      for (int i = 0; i < more; i++) {
        Files.createFile(mount.directory().resolve("a longer name of a file " + i));
      }
    }
    String[] damage = {"-c", "inode " + number, "-c", "write -d core.magic 0"};
    Command.run("xfs_db", "-x", damage[0], damage[1], damage[2], damage[3], image.toString());
    try (ImageFile volume = new ImageFile(image)) {
      LostFile.check(XfsFileSystem.open(volume).root(), number);
    }
  }

  private static void lookIntoSparse(FileNode root) throws IOException, CorruptData, Unreadable {
    FileNode data = root.child(FileName.of("data")).orElseThrow();
    assertThat(data.child(FileName.of("no such file"))).isEmpty();
    assertThat(data.child(FileName.of(".."))).isEmpty();
    FileNode sparse = data.child(FileName.of("sparse")).orElseThrow();
    BlockReader content = sparse.content();
    assertThat(content.size()).isEqualTo(6L << 30);
    long bytes =
        content.extents(0, content.size()).stream()
            .filter(extent -> extent.state() == Extent.State.DATA)
            .mapToLong(Extent::length)
            .sum();
    assertThat(bytes).isBetween(301L * 5 * 1024, 301L * 12 * 1024);
    byte[] end = new byte[200];
    content.read((5L << 30) - 50, end, 0, 200);
    assertThat(end)
        .startsWith(new byte[50])
        .contains(0xCD, org.assertj.core.data.Index.atIndex(50));
    assertThat(end[149]).isEqualTo((byte) 0xCD);
    assertThat(end[150]).isZero();
    BlockReader unwritten = data.child(FileName.of("unwritten")).orElseThrow().content();
    assertThat(unwritten.extents(0, unwritten.size()))
        .extracting(Extent::state)
        .isEqualTo(List.of(Extent.State.HOLE, Extent.State.DATA, Extent.State.HOLE));
    assertThatThrownBy(data::content).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(sparse::target).isInstanceOf(IllegalStateException.class);
  }
}
