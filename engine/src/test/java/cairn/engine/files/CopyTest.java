package cairn.engine.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.engine.Cancellation;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.linux.test.Command;
import cairn.linux.test.Mounted;
import cairn.linux.test.Unmount;
import cairn.repository.session.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyTest {
  private static final int BLOCK = 4096;

  @TempDir Path folder;
  private final Cancellation cancellation = new Cancellation();

  private CopyReport copy(FakeNode node, String path, Path target, boolean replace)
      throws IOException, CorruptData {
    Optional<FileName> name =
        path.equals("/")
            ? Optional.empty()
            : Optional.of(FileName.of(path.substring(path.lastIndexOf('/') + 1)));
    CopyRequest request =
        new CopyRequest(path, new FileLookup.Found(name, node), false, target, replace);
    Surroundings surroundings =
        new Surroundings(
            () -> Instant.EPOCH, new SplittableRandom(1), new Owner("lab", "boot", 1, "test"), 2);
    return new Copy(surroundings, Progress.NONE, cancellation).run(request);
  }

  private CopyReport good(FakeNode node, String path, Path target) throws IOException, CorruptData {
    CopyReport report = copy(node, path, target, false);
    assertThat(report.problems()).isEmpty();
    assertThat(report.warnings()).isEmpty();
    return report;
  }

  /// What `stat` says, and what the node is said to be.
  private static String stat(Path file, String format) throws IOException {
    return Command.run("stat", "--format", format, file.toString());
  }

  @Test
  void everythingThatBelongsToAFileComesWithIt(Seed seed) throws IOException, CorruptData {
    byte[] bytes = seed.bytes(3 * BLOCK + 17);
    Arrays.fill(bytes, BLOCK, 2 * BLOCK, (byte) 0);
    FakeNode file =
        FakeNode.file(bytes)
            .hole(1)
            .mode(06751)
            .owner(4711, 70_000)
            .attribute("user.comment", new byte[] {0, 1, (byte) 0xFF})
            .attribute("user.none", new byte[0]);
    CopyReport report = good(file, "/some/name", folder);
    Path copy = folder.resolve("name");
    assertThat(stat(copy, "%x")).as("before it is read").contains("06.123456790");
    assertThat(copy).hasBinaryContent(bytes);
    assertThat(stat(copy, "%a %u %g")).isEqualTo("6751 4711 70000");
    assertThat(stat(copy, "%y")).contains("06.123456789");
    assertThat(Command.run("getfattr", "-d", "-e", "hex", "--absolute-names", copy.toString()))
        .contains("user.comment=0x0001ff", "user.none=");
    assertThat(Long.parseLong(stat(copy, "%b")) * 512).isLessThan(bytes.length);
    assertThat(report.files()).isEqualTo(1);
    assertThat(report.bytes()).isEqualTo(bytes.length - BLOCK);
  }

  @Test
  void nodesOfAllKindsAreMade() throws IOException, CorruptData {
    FakeNode root =
        FakeNode.directory()
            .mode(01770)
            .owner(1, 2)
            .with("link", FakeNode.link("../no such/place").owner(3, 4))
            .with("fifo", new FakeNode(Attributes.Type.FIFO).mode(0620).owner(5, 6))
            .with("socket", new FakeNode(Attributes.Type.SOCKET).mode(0666))
            .with("null", new FakeNode(Attributes.Type.CHARACTER_DEVICE).device(1, 3))
            .with("disk", new FakeNode(Attributes.Type.BLOCK_DEVICE).device(259, 1_000_000));
    Path copy = folder.resolve("new");
    CopyReport report = good(root, "/", copy);
    assertThat(stat(copy, "%a %u %g")).isEqualTo("1770 1 2");
    assertThat(stat(copy, "%y")).contains("06.123456789");
    assertThat(Files.readSymbolicLink(copy.resolve("link"))).hasToString("../no such/place");
    assertThat(stat(copy.resolve("link"), "%u %g")).isEqualTo("3 4");
    assertThat(stat(copy.resolve("link"), "%y")).contains("06.123456789");
    assertThat(stat(copy.resolve("fifo"), "%F %a %u %g")).isEqualTo("fifo 620 5 6");
    assertThat(stat(copy.resolve("socket"), "%F %a")).isEqualTo("socket 666");
    assertThat(stat(copy.resolve("null"), "%F %t,%T %y"))
        .startsWith("character special file 1,3 2001-02-03");
    assertThat(stat(copy.resolve("disk"), "%F %t,%T")).isEqualTo("block special file 103,f4240");
    assertThat(report.others()).isEqualTo(5);
    assertThat(report.directories()).isZero();
  }

  @Test
  void accessListsSurviveOwnersAndModes() throws IOException, CorruptData {
    // user::rw-, user:1:r--, group::r--, mask::r--, other::---; as acl(5) and the kernel have them.
    String list =
        "02000000"
            + "01000600ffffffff"
            + "0200040001000000"
            + "04000400ffffffff"
            + "10000400ffffffff"
            + "20000000ffffffff";
    FakeNode file =
        FakeNode.file("text")
            .mode(0640)
            .owner(9, 9)
            .attribute("system.posix_acl_access", HexFormat.of().parseHex(list));
    good(file, "/file", folder);
    assertThat(Command.run("getfacl", "-n", "-p", folder.resolve("file").toString()))
        .contains("user:1:r--", "mask::r--", "# owner: 9");
  }

  @Test
  void namesOfOneFileStayNamesOfOneFile() throws IOException, CorruptData {
    FakeNode shared = FakeNode.file("shared").links(3);
    FakeNode root =
        FakeNode.directory()
            .with("a", FakeNode.directory().with("b", FakeNode.directory().with("one", shared)))
            .with("two", shared)
            .with("c", FakeNode.directory().with("three", shared));
    good(root, "/", folder.resolve("new"));
    String one = stat(folder.resolve("new/a/b/one"), "%i %h");
    assertThat(one).endsWith(" 3");
    assertThat(stat(folder.resolve("new/two"), "%i %h")).isEqualTo(one);
    assertThat(stat(folder.resolve("new/c/three"), "%i %h")).isEqualTo(one);
    assertThat(stat(folder.resolve("new/c"), "%y")).as("set after it was filled").contains("2001");
  }

  @Test
  void aLargeFileIsCopiedInPieces(Seed seed) throws IOException, CorruptData {
    byte[] bytes = seed.bytes(2 * FileContent.PIECE_BYTES + BLOCK + 5);
    good(FakeNode.file(bytes).mode(0400), "/large", folder);
    assertThat(folder.resolve("large")).hasBinaryContent(bytes);
    assertThat(stat(folder.resolve("large"), "%a %y")).startsWith("400 2001");
  }

  @Test
  void namesAreBytes() throws IOException, CorruptData {
    FileName odd = new FileName(new byte[] {(byte) 0xFF, ' ', '\n', '*'});
    FakeNode root = FakeNode.directory().with(odd, FakeNode.file("x"));
    good(root, "/", folder.resolve("new"));
    assertThat(Command.run("sh", "-c", "ls -b '" + folder.resolve("new") + "'"))
        .isEqualTo("\\377\\ \\n*");
  }

  @Test
  void noSymbolicLinkInTheTargetIsFollowed() throws IOException, CorruptData {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path target = Files.createDirectory(folder.resolve("target"));
    Files.createSymbolicLink(target.resolve("directory"), outside);
    Files.createSymbolicLink(target.resolve("file"), outside.resolve("file"));
    FakeNode root =
        FakeNode.directory()
            .with("directory", FakeNode.directory().with("evil", FakeNode.file("evil")))
            .with("file", FakeNode.file("evil"))
            .with("good", FakeNode.file("good"));
    CopyReport report = copy(root, "/", target, false);
    assertThat(outside).isEmptyDirectory();
    assertThat(target.resolve("good")).hasContent("good");
    assertThat(report.problems())
        .extracting(Problem::id)
        .containsExactlyInAnyOrder("/file", "/directory");
    copy(root, "/", target, true);
    assertThat(outside).isEmptyDirectory();
    assertThat(target.resolve("file")).hasContent("evil");
    assertThat(Files.isRegularFile(target.resolve("file"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void whatIsThereIsLeftAlone() throws IOException, CorruptData {
    Path target = Files.createDirectory(folder.resolve("target"));
    Files.writeString(target.resolve("file"), "old");
    Files.createDirectory(target.resolve("full"));
    Files.writeString(target.resolve("full/old"), "old");
    FakeNode root =
        FakeNode.directory()
            .with("file", FakeNode.file("new"))
            .with("full", FakeNode.file("new"))
            .with("other", FakeNode.file("other"));
    CopyReport report = copy(root, "/", target, false);
    assertThat(report.problems())
        .extracting(Problem::id)
        .containsExactlyInAnyOrder("/file", "/full");
    assertThat(target.resolve("file")).hasContent("old");
    assertThat(target.resolve("other")).hasContent("other");
    report = copy(root, "/", target, true);
    assertThat(target.resolve("file")).hasContent("new");
    assertThat(target.resolve("full/old")).as("never a directory").hasContent("old");
    assertThat(report.problems()).extracting(Problem::id).containsExactly("/full");
  }

  @Test
  void aDirectoryThatIsThereGetsFurtherEntries() throws IOException, CorruptData {
    Path target = Files.createDirectories(folder.resolve("etc/sub"));
    Files.writeString(target.resolve("old"), "old");
    FakeNode etc =
        FakeNode.directory().with("sub", FakeNode.directory().with("new", FakeNode.file("new")));
    CopyReport report = good(etc, "/etc", folder);
    assertThat(folder.resolve("etc/sub/new")).hasContent("new");
    assertThat(folder.resolve("etc/sub/old")).hasContent("old");
    assertThat(report.directories()).isEqualTo(2);
  }

  @Test
  void theLastPartOfTheTargetIsTheNewName() throws IOException, CorruptData {
    good(FakeNode.file("text"), "/file", folder.resolve("renamed"));
    assertThat(folder.resolve("renamed")).hasContent("text");
    good(FakeNode.directory().with("a", FakeNode.file("a")), "/etc", folder.resolve("other"));
    assertThat(folder.resolve("other/a")).hasContent("a");
    assertThatThrownBy(() -> copy(FakeNode.file("x"), "/file", folder.resolve("no/x"), false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no such file or directory");
  }

  @Test
  void whatCannotBeReadIsNamedAndTheRestIsCopied(Seed seed) throws IOException, CorruptData {
    byte[] bytes = seed.bytes(5 * BLOCK);
    FakeNode root =
        FakeNode.directory()
            .with("lost", FakeNode.file("nobody knows").lost())
            .with("file", FakeNode.file(bytes).damaged(2))
            .with("list", FakeNode.directory().with("one", FakeNode.file("1")).endingEarly());
    Path copy = folder.resolve("new");
    CopyReport report = copy(root, "/", copy, false);
    Arrays.fill(bytes, 2 * BLOCK, 3 * BLOCK, (byte) 0);
    assertThat(copy.resolve("file")).hasBinaryContent(bytes);
    assertThat(copy.resolve("list/one")).hasContent("1");
    assertThat(copy.resolve("lost")).doesNotExist();
    assertThat(report.problems())
        .extracting(Problem::message)
        .anyMatch(text -> text.startsWith("unknown file /lost: it is damaged: corrupt inode 9"))
        .anyMatch(text -> text.startsWith("corrupt inode 9"))
        .anyMatch(text -> text.startsWith("unknown file /file: bytes 8192+4096 are missing"))
        .anyMatch(text -> text.startsWith("corrupt chunk abc"))
        .anyMatch(text -> text.startsWith("unknown file /list: some of its entries"))
        .anyMatch(text -> text.startsWith("corrupt directory 7"))
        .hasSize(6);
  }

  @Test
  void namesThatLeadElsewhereAreRefused() throws IOException, CorruptData {
    Path target = Files.createDirectory(folder.resolve("target"));
    FakeNode root =
        FakeNode.directory()
            .with("..", FakeNode.directory().with("evil", FakeNode.file("x")))
            .with("../evil", FakeNode.file("x"))
            .with("/evil", FakeNode.file("x"))
            .with("", FakeNode.file("x"))
            .with(".", FakeNode.file("x"));
    CopyReport report = copy(root, "/", target, true);
    assertThat(target).isEmptyDirectory();
    assertThat(folder.resolve("evil")).doesNotExist();
    assertThat(report.problems()).hasSize(5);
  }

  @Test
  void directoriesThatLieInThemselvesEnd() throws IOException, CorruptData {
    FakeNode root = FakeNode.directory();
    FakeNode loop = FakeNode.directory().with("up", root);
    loop.with("self", loop);
    root.with("loop", loop).with("again", loop);
    CopyReport report = copy(root, "/", folder.resolve("new"), false);
    assertThat(report.problems())
        .hasSize(3)
        .allMatch(each -> each.message().contains("another name"));
  }

  @Test
  void aTargetThatIsFullEndsTheCopyAndKeepsNoPartOfAFile(Seed seed) throws IOException {
    Path directory = Files.createDirectory(folder.resolve("small"));
    Command.run("mount", "-t", "tmpfs", "-o", "size=1m", "none", directory.toString());
    try {
      FakeNode root =
          FakeNode.directory()
              .with("first", FakeNode.file("first"))
              .with("large", FakeNode.file(seed.bytes(3 << 20)))
              .with("huge", FakeNode.file(seed.bytes(20 << 20)));
      assertThatThrownBy(() -> copy(root, "/", directory, false))
          .isInstanceOf(TargetFailed.class)
          .hasMessageContaining("ENOSPC");
      assertThat(directory.resolve("large")).doesNotExist();
      assertThat(directory.resolve("huge")).doesNotExist();
    } finally {
      Unmount.of(directory);
    }
  }

  @Test
  void whoeverStopsItKeepsWholeFilesOnly(Seed seed) throws IOException {
    Path target = Files.createDirectory(folder.resolve("target"));
    FakeNode root = FakeNode.directory();
    for (int i = 0; i < 20; i++) {
      root.with("small" + i, FakeNode.file(seed.split(i).bytes(BLOCK)));
    }
    root.with("large", FakeNode.file(seed.bytes(40 << 20)).onRead(cancellation::cancel));
    assertThatThrownBy(() -> copy(root, "/", target, false))
        .isInstanceOf(Cancellation.Cancelled.class);
    assertThat(target.resolve("large")).doesNotExist();
    for (Path file : Command.run("ls", target.toString()).lines().map(target::resolve).toList()) {
      assertThat(file).hasSize(BLOCK);
    }
  }

  @Test
  void timesBeforeTheEpochAreTimes() throws IOException, CorruptData {
    good(FakeNode.file("x").time(Instant.parse("1969-12-31T23:59:58.5Z")), "/old", folder);
    assertThat(stat(folder.resolve("old"), "%.Y")).isEqualTo("-1.500000000");
  }

  @Test
  void tmpfsIsATargetToo() throws IOException, CorruptData {
    try (Mounted memory = Mounted.tmpfs(folder.resolve("memory"))) {
      good(FakeNode.directory().with("a", FakeNode.file("a")), "/", memory.directory());
      assertThat(memory.directory().resolve("a")).hasContent("a");
    }
  }
}
