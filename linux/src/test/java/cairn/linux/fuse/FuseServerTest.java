package cairn.linux.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.linux.NativeFile;
import cairn.linux.test.Command;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kernel on the other side.
class FuseServerTest {
  private static final int COUNT = 5_000;

  @TempDir Path folder;
  private final NumberedTree tree = new NumberedTree(COUNT);
  private final List<Throwable> bugs = new CopyOnWriteArrayList<>();
  private FuseMount mount;
  private FuseServer server;

  @BeforeEach
  void start() throws IOException {
    mount = FuseMount.open(folder, false, new Fusermount("/none"));
    server = new FuseServer(mount, tree, 3, bugs::add);
    server.start();
  }

  @AfterEach
  void end() throws Exception {
    if (!server.awaitEnd(0)) {
      mount.detach();
    }
    assertThat(server.awaitEnd(10_000)).isTrue();
    mount.close();
  }

  private Path file(int number) {
    return folder.resolve("" + number);
  }

  private String shell(String script) throws IOException {
    return Command.run("bash", "-c", "cd '" + folder + "' && " + script);
  }

  @Test
  void aLargeDirectoryIsListedWholly() throws IOException {
    assertThat(shell("ls -U | sort -u | wc -l")).as("one name has a line end").isEqualTo("5001");
    assertThat(shell("stat -c '%s %u %g %a %.9Y %b' *$'\\377'*"))
        .isEqualTo("7 4000000000 7 644 -4.876543211 1");
    assertThat(shell("find . -size 7c -newermt 1960-01-01 -printf x | wc -c")).isEqualTo("5000");
  }

  @Test
  void errorsAreThoseOfTheTree() throws IOException {
    assertThat(file(10 + 3)).hasContent("content");
    assertThat(file(10 + 3)).as("from the cache").hasContent("content");
    assertThatThrownBy(() -> Files.readString(file(11))).hasMessageContaining("Input/output");
    assertThat(bugs).isEmpty();
    assertThatThrownBy(() -> Files.readString(file(12))).hasMessageContaining("Input/output");
    assertThat(bugs).isNotEmpty().allMatch(IllegalStateException.class::isInstance);
    assertThat(file(COUNT + 10)).doesNotExist();
    assertThatThrownBy(() -> Files.createFile(folder.resolve("new")))
        .hasMessageContaining("Read-only");
    try (NativeFile file = NativeFile.open(file(13))) {
      assertThatThrownBy(() -> file.nextData(0)).hasMessageContaining("ENXIO");
      assertThat(file.nextHole(3)).isEqualTo(3);
    }
  }

  @Test
  void attributesAreThere() throws IOException {
    assertThat(Files.getAttribute(file(13), "user:one")).isEqualTo(NumberedTree.CONTENT);
    assertThat(shell("getfattr --absolute-names -d 13")).contains("user.one=\"content\"");
    assertThatThrownBy(() -> shell("getfattr -n user.two 13")).hasMessageContaining("No such attr");
    assertThat(shell("stat -f -c '%b %S %a' .")).isEqualTo("256 4096 0");
  }

  /// The kernel keeps what it knows as long as it has memory; it forgets when it is asked to.
  @Test
  void whatIsSuperfluousIsForgotten() throws Exception {
    shell("ls -l > /dev/null");
    assertThat(tree.known()).isGreaterThan(COUNT / 2);
    tree.forgetAll();
    for (int i = 0; i < 100 && tree.known() > 0; i++) {
      assertThat(server.awaitEnd(100)).isFalse();
    }
    assertThat(tree.known()).isZero();
    assertThat(file(13)).hasContent("content");
  }

  @Test
  void itEndsWhoeverUnmounts() throws Exception {
    assertThat(file(13)).hasContent("content");
    try (NativeFile file = NativeFile.open(file(13))) {
      assertThat(mount.unmount()).as("while " + file + " is open").isFalse();
    }
    assertThat(server.awaitEnd(50)).isFalse();
    Command.run("umount", folder.toString());
    assertThat(server.awaitEnd(10_000)).isTrue();
  }

  @Test
  void entriesLieAsTheKernelWantsThem() {
    try (Arena arena = Arena.ofConfined()) {
      Reply reply = new Reply(arena.allocate(1000, 8));
      reply.start();
      DirectoryPage page = new DirectoryPage(reply, 200, true);
      assertThat(page.add(1, new byte[] {'a', 'b'}, tree.stat(0x1234))).isTrue();
      assertThat(page.add(2, new byte[] {'c'}, tree.stat(5))).as("it is full").isFalse();
      assertThat(page.counted()).containsExactly(0x1234L);
      MemorySegment answer = reply.finish(0x77, 0);
      assertThat(HexFormat.of().formatHex(answer.toArray(ValueLayout.JAVA_BYTE)))
          .isEqualTo(
              ("b0000000" + "00000000" + "7700000000000000") // header
                  + ("3412000000000000" + "0000000000000000") // node, generation
                  + ("8033e10100000000" + "8033e10100000000" + "0000000000000000") // valid
                  + ("3412000000000000" + "0700000000000000" + "0100000000000000") // size, blocks
                  + "fbffffffffffffff".repeat(3)
                  + "15cd5b07".repeat(3)
                  + ("a4810000" + "01000000" + "00286bee" + "07000000") // mode, links, owner
                  + ("00000000" + "00100000" + "00000000") // device, block size, flags
                  + ("3412000000000000" + "0100000000000000" + "02000000" + "08000000")
                  + "6162000000000000");
    }
  }
}
