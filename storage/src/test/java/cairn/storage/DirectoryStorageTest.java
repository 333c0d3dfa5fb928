package cairn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.linux.StoredFile;
import cairn.linux.test.Mounted;
import cairn.linux.test.PageCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryStorageTest {
  private static final int NOBODY = 65534;

  @TempDir private Path folder;

  private DirectoryStorage create() throws IOException {
    return DirectoryStorage.create(folder.resolve("store"), new SecureRandom());
  }

  private static void publish(Storage storage, String name) throws IOException {
    storage.publish(name, Content.of(name.getBytes(UTF_8)));
  }

  private static List<String> names(Storage storage) throws IOException {
    return storage.list("").stream().map(Storage.Entry::name).toList();
  }

  // ---- create and open

  @Test
  void createMakesTheFolderForItsOwnerAlone() throws IOException {
    Path root = folder.resolve("not/yet/there");
    DirectoryStorage storage = DirectoryStorage.create(root, new SecureRandom());
    publish(storage, "packs/aa/1");

    for (Path each :
        List.of(root, root.getParent(), root.resolve(".tmp"), root.resolve("packs/aa"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
          .isEqualTo("rwx------");
    }
    for (Path each : List.of(root.resolve("packs/aa/1"), root.resolve(".lock"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
          .isEqualTo("rw-------");
    }
    assertThat(storage.location()).isEqualTo(root.toString());
    assertThat(storage.localFile("packs/aa/1")).contains(root.resolve("packs/aa/1"));
  }

  @Test
  void createRefusesAFolderThatIsNotEmpty() throws IOException {
    Files.writeString(folder.resolve("letter.txt"), "x");

    assertThatIOException()
        .isThrownBy(() -> DirectoryStorage.create(folder, new SecureRandom()))
        .withMessage("the folder " + folder + " is not empty: name a new or an empty one");
    assertThat(folder.resolve(".tmp")).doesNotExist();
  }

  @Test
  void createAndOpenRefuseAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");

    assertThatIOException()
        .isThrownBy(() -> DirectoryStorage.open(file, new SecureRandom()))
        .withMessage(file + " is not a folder: name the folder of the store");
    assertThatIOException()
        .isThrownBy(() -> DirectoryStorage.create(file, new SecureRandom()))
        .withMessageContaining(file.toString());
  }

  @Test
  void openRefusesAMissingFolder() {
    assertThatIOException()
        .isThrownBy(() -> DirectoryStorage.open(folder.resolve("none"), new SecureRandom()))
        .withMessageStartingWith("there is no folder " + folder.resolve("none"));
  }

  @Test
  void aDiskMayBeAStoreWholly() throws IOException {
    try (Disk disk = Disk.ext4(8)) {
      assertThat(disk.path().resolve("lost+found")).isDirectory();
      DirectoryStorage storage = DirectoryStorage.create(disk.path(), new SecureRandom());
      publish(storage, "a");

      assertThat(names(storage)).containsExactly("a");
    }
  }

  // ---- what is not an object

  @Test
  void whatCannotBeAnObjectIsNotListed() throws IOException {
    DirectoryStorage storage = create();
    publish(storage, "a/b");
    Path root = folder.resolve("store");
    Files.writeString(root.resolve(".hidden"), "x");
    Files.writeString(root.resolve("a/not a name"), "x");
    Files.createDirectories(root.resolve("a/.snapshot/b"));

    assertThat(names(storage)).containsExactly("a/b");
  }

  @Test
  void anythingElseMakesAListingFail() throws IOException {
    DirectoryStorage storage = create();
    publish(storage, "a/b");
    Path link = folder.resolve("store/a/c");
    Files.createSymbolicLink(link, Path.of("b"));

    assertThatIOException()
        .isThrownBy(() -> storage.list(""))
        .withMessage(link + " is neither a file nor a folder: remove it");
    assertThatThrownBy(() -> storage.readAll("a/c")).isInstanceOf(ObjectMissing.class);
  }

  @Test
  void aFolderThatCannotBeReadMakesAListingFail() throws IOException {
    DirectoryOps unreadable =
        new DirectoryOps() {
          @Override
          List<Path> entries(Path path) throws IOException {
            if (path.endsWith("b")) {
              throw new AccessDeniedException(path.toString());
            }
            return super.entries(path);
          }
        };
    publish(create(), "a/b/c");
    Storage storage =
        new DirectoryStorage(folder.resolve("store"), new SecureRandom(), Set.of(), unreadable);

    assertThatIOException()
        .isThrownBy(() -> storage.list(""))
        .withMessageContaining("permission denied for " + folder.resolve("store/a/b"));
  }

  @Test
  void foldersStayWhenTheirObjectsGo() throws IOException {
    DirectoryStorage storage = create();
    publish(storage, "a/b");

    assertThat(storage.delete("a/b")).isTrue();
    assertThat(storage.delete("a")).isFalse();
    assertThat(storage.move("a", "c")).isFalse();
    assertThat(names(storage)).isEmpty();
    publish(storage, "a/d");
    assertThat(names(storage)).containsExactly("a/d");
  }

  // ---- durability

  /// Notes what is asked of the file system.
  private static final class Noted extends DirectoryOps {
    final List<String> calls = new ArrayList<>();
    private final Map<FileChannel, String> names = new HashMap<>();

    private void note(String call, Path... paths) {
      StringBuilder line = new StringBuilder(call);
      for (Path path : paths) {
        boolean temporary = path.toString().contains("/.tmp/");
        line.append(' ').append(temporary ? "TEMP" : String.valueOf(path.getFileName()));
      }
      calls.add(line.toString());
    }

    @Override
    FileChannel create(Path file) throws IOException {
      FileChannel channel = super.create(file);
      names.put(channel, "TEMP");
      return channel;
    }

    @Override
    int write(FileChannel file, ByteBuffer bytes) throws IOException {
      calls.add("write " + names.get(file));
      return super.write(file, bytes);
    }

    @Override
    void force(FileChannel file) throws IOException {
      calls.add("force " + names.get(file));
      super.force(file);
    }

    @Override
    StoredFile openStored(Path file) throws IOException {
      note("check", file);
      return super.openStored(file);
    }

    @Override
    void createFolder(Path path) throws IOException {
      super.createFolder(path);
      note("mkdir", path);
    }

    @Override
    void forceFolder(Path path) throws IOException {
      note("force", path);
      super.forceFolder(path);
    }

    @Override
    void link(Path existing, Path name) throws IOException {
      names.keySet().forEach(channel -> assertThat(channel.isOpen()).isFalse());
      note("link", existing, name);
      super.link(existing, name);
    }

    @Override
    void rename(Path from, Path to) throws IOException {
      note("rename", from, to);
      super.rename(from, to);
    }

    @Override
    boolean remove(Path path) throws IOException {
      note("remove", path);
      return super.remove(path);
    }
  }

  @Test
  void nothingIsNamedBeforeItIsDurableAndNothingReturnsBeforeItsNameIs() throws IOException {
    Noted noted = new Noted();
    DirectoryStorage storage =
        DirectoryStorage.create(folder.resolve("store"), new SecureRandom(), noted);
    publish(storage, "warm-up");
    noted.calls.clear();

    publish(storage, "packs/aa/1");
    assertThat(noted.calls)
        .containsExactly(
            "mkdir packs",
            "force store",
            "mkdir aa",
            "force packs",
            "write TEMP",
            "force TEMP",
            "check TEMP",
            "link TEMP 1",
            "force aa",
            "remove TEMP");
    noted.calls.clear();

    publish(storage, "packs/aa/2");
    assertThat(noted.calls)
        .containsExactly(
            "write TEMP", "force TEMP", "check TEMP", "link TEMP 2", "force aa", "remove TEMP");
    noted.calls.clear();

    storage.move("packs/aa/1", "packs/3");
    assertThat(noted.calls).containsExactly("rename 1 3", "force packs", "force aa");
    noted.calls.clear();

    storage.replace("packs/3", storage.readAll("packs/3"), new byte[1]);
    assertThat(noted.calls)
        .containsExactly(
            "write TEMP",
            "force TEMP",
            "check TEMP",
            "rename TEMP 3",
            "force packs",
            "remove TEMP");
    noted.calls.clear();

    storage.delete("packs/3");
    assertThat(noted.calls).containsExactly("remove 3", "force packs");
  }

  /// A folder that another process has just made may not be durable yet.
  @Test
  void aFolderThatIsThereAlreadyIsMadeDurableOnce() throws IOException {
    publish(create(), "packs/1");
    Noted noted = new Noted();
    DirectoryStorage storage =
        new DirectoryStorage(folder.resolve("store"), new SecureRandom(), Set.of(), noted);

    publish(storage, "packs/2");
    assertThat(noted.calls).contains("force store");
    noted.calls.clear();
    publish(storage, "packs/3");
    assertThat(noted.calls).doesNotContain("force store");
  }

  @Test
  void whatCannotBeMadeDurableIsNotPublished() throws IOException {
    DirectoryOps unforced =
        new DirectoryOps() {
          @Override
          void force(FileChannel file) throws IOException {
            throw new IOException("Input/output error");
          }
        };
    DirectoryStorage storage =
        DirectoryStorage.create(folder.resolve("store"), new SecureRandom(), unforced);

    assertThatIOException()
        .isThrownBy(() -> publish(storage, "a"))
        .withMessage("cannot publish a in " + storage.location() + ": Input/output error");
    assertThat(names(storage)).isEmpty();
    assertThat(folder.resolve("store/.tmp")).isEmptyDirectory();
  }

  @Test
  void aFileThatIsShorterThanWhatWasWrittenIsNotPublished() throws IOException {
    DirectoryOps forgetful =
        new DirectoryOps() {
          @Override
          int write(FileChannel file, ByteBuffer bytes) {
            int count = bytes.remaining();
            bytes.position(bytes.limit());
            return count;
          }
        };
    DirectoryStorage storage =
        DirectoryStorage.create(folder.resolve("store"), new SecureRandom(), forgetful);

    assertThatIOException()
        .isThrownBy(() -> publish(storage, "abc"))
        .withMessageContaining("has 0 bytes after 3 were written: check the disk");
    assertThat(names(storage)).isEmpty();
  }

  @Test
  void whatTheDiskHasOtherwiseThanItWasWrittenIsNotPublished() throws IOException {
    Path zeros = Files.write(folder.resolve("zeros"), new byte[3]);
    DirectoryOps losing =
        new DirectoryOps() {
          @Override
          StoredFile openStored(Path file) throws IOException {
            return super.openStored(zeros);
          }
        };
    DirectoryStorage storage =
        DirectoryStorage.create(folder.resolve("store"), new SecureRandom(), losing);

    assertThatIOException()
        .isThrownBy(() -> publish(storage, "abc"))
        .withMessageMatching("what was written to .* reads back otherwise at byte 0: .*");
    assertThat(names(storage)).isEmpty();
    assertThat(folder.resolve("store/.tmp")).isEmptyDirectory();
  }

  @Test
  void aFileSystemWithoutDirectReadsWillDo() throws IOException {
    try (Mounted mounted = Mounted.ramfs(folder.resolve("mnt"))) {
      DirectoryStorage storage =
          DirectoryStorage.create(mounted.directory().resolve("store"), new SecureRandom());
      publish(storage, "abc");
      assertThat(storage.readAll("abc")).isEqualTo("abc".getBytes(UTF_8));
    }
  }

  /// Whoever runs besides needs the memory more.
  @Test
  void whatIsPublishedDoesNotStayInTheCache() throws IOException {
    try (Disk disk = Disk.ext4(64)) {
      DirectoryStorage storage =
          DirectoryStorage.create(disk.path().resolve("store"), new SecureRandom());
      storage.publish("pack", Content.of(new byte[16 << 20]));
      assertThat(PageCache.residentBytes(disk.path().resolve("store/pack"))).isLessThan(1 << 20);
    }
  }

  @Test
  void litterOfKilledRunsCanBeRemoved() throws IOException {
    DirectoryStorage storage = create();
    publish(storage, "a");
    Path old = Files.writeString(folder.resolve("store/.tmp/old"), "x");
    Path fresh = Files.writeString(folder.resolve("store/.tmp/fresh"), "x");
    Instant limit = Instant.parse("2020-01-02T00:00:00Z");
    Files.setLastModifiedTime(old, FileTime.from(limit.minusSeconds(1)));
    Files.setLastModifiedTime(fresh, FileTime.from(limit.plusSeconds(1)));

    assertThat(storage.removeLitter(limit)).isEqualTo(1);
    assertThat(old).doesNotExist();
    assertThat(fresh).exists();
    assertThat(names(storage)).containsExactly("a");
  }

  // ---- owners

  @Test
  void rootWritesInTheNameOfTheOwner() throws IOException {
    Path root = Files.createDirectory(folder.resolve("store"));
    new DirectoryOps().setOwner(root, new DirectoryOps.Owner(NOBODY, NOBODY));

    DirectoryStorage storage = DirectoryStorage.create(root, new SecureRandom());
    publish(storage, "packs/aa/1");
    storage.move("packs/aa/1", "sessions/1");
    storage.replace("sessions/1", storage.readAll("sessions/1"), new byte[9]);

    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.toList()) {
        assertThat(Files.getAttribute(each, "unix:uid")).as(each.toString()).isEqualTo(NOBODY);
        assertThat(Files.getAttribute(each, "unix:gid")).as(each.toString()).isEqualTo(NOBODY);
      }
    }
  }

  @Test
  void whatCannotBeGivenToTheOwnerIsNotPublished() throws IOException {
    DirectoryOps squashed =
        new DirectoryOps() {
          @Override
          void setOwner(Path path, Owner owner) throws IOException {
            throw new FileSystemException(path.toString(), null, "EPERM");
          }
        };
    Path root = folder.resolve("store");
    create();
    new DirectoryOps().setOwner(root, new DirectoryOps.Owner(NOBODY, NOBODY));
    DirectoryStorage storage = new DirectoryStorage(root, new SecureRandom(), Set.of(), squashed);

    assertThatIOException()
        .isThrownBy(() -> publish(storage, "a"))
        .withMessage(
            "the store "
                + root
                + " belongs to user 65534, but what this process writes belongs to"
                + " user 0: run as the owner of the store");
    publish(storage.waiving(Set.of("owner")), "b");
    assertThat(names(storage.waiving(Set.of("owner")))).containsExactly("b");
  }

  // ---- the world

  @Test
  void aReadOnlyStoreIsReadAndRefusesTheRest() throws IOException {
    publish(create(), "packs/1");
    try (Disk disk = Disk.readOnly(folder.resolve("store"))) {
      DirectoryStorage storage = DirectoryStorage.open(disk.path(), new SecureRandom());

      assertThat(names(storage)).containsExactly("packs/1");
      assertThat(storage.readAll("packs/1")).hasSize(7);
      for (ThrowingCallable change :
          List.<ThrowingCallable>of(
              () -> publish(storage, "packs/2"),
              () -> storage.delete("packs/1"),
              () -> storage.move("packs/1", "packs/2"),
              () -> storage.touch("packs/1"),
              () -> storage.replace("packs/1", storage.readAll("packs/1"), new byte[0]))) {
        assertThatThrownBy(change)
            .isInstanceOf(IOException.class)
            .hasMessageContaining(disk.path().toString())
            .hasMessageEndingWith("the file system is mounted read-only: mount it writable");
      }
      assertThatIOException()
          .isThrownBy(() -> DirectoryStorage.create(disk.path().resolve("n"), new SecureRandom()))
          .withMessageEndingWith("the file system is mounted read-only: mount it writable");
    }
  }

  @Test
  void aFullDiskIsSaidSoAndLeavesNothingBehind() throws IOException {
    try (Disk disk = Disk.tmpfs("size=1m")) {
      Path root = disk.path().resolve("store");
      DirectoryStorage storage = DirectoryStorage.create(root, new SecureRandom());
      publish(storage, "a");

      assertThatIOException()
          .isThrownBy(() -> storage.publish("b", Content.of(new byte[2 << 20])))
          .withMessage("cannot publish b in " + root + ": no space left, or no inodes: free some");
      assertThat(names(storage)).containsExactly("a");
      assertThat(root.resolve(".tmp")).isEmptyDirectory();
      storage.publish("c", Content.of(new byte[1 << 19]));
    }
  }

  @Test
  void withoutInodesItIsSaidSo() throws IOException {
    try (Disk disk = Disk.tmpfs("size=8m,nr_inodes=8")) {
      DirectoryStorage storage =
          DirectoryStorage.create(disk.path().resolve("store"), new SecureRandom());

      assertThatIOException()
          .isThrownBy(() -> {
            for (int i = 0; i < 10; i++) {
              publish(storage, "a" + i);
            }
          })
          .withMessageContaining("no inodes: free some");
    }
  }

  @Test
  void anUnmountedDiskIsNoEmptyStore() throws IOException {
    try (Disk disk = Disk.tmpfs("size=1m")) {
      DirectoryStorage storage = DirectoryStorage.create(disk.path(), new SecureRandom());
      publish(storage, "a");
      disk.unmount();

      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> storage.list(""),
              () -> storage.stat("a"),
              () -> storage.readAll("a"),
              () -> storage.delete("a"),
              () -> storage.touch("a"),
              () -> storage.move("a", "b"),
              () -> storage.replace("a", new byte[0], new byte[0]),
              () -> publish(storage, "b"))) {
        assertThatThrownBy(call)
            .isInstanceOf(IOException.class)
            .isNotInstanceOf(ObjectMissing.class)
            .hasMessageContaining("was its disk unmounted?");
      }
      assertThat(disk.path()).isEmptyDirectory();
    }
  }

  @Test
  void anotherUserIsToldSo() throws IOException {
    publish(create(), "a");
    DirectoryOps denied =
        new DirectoryOps() {
          @Override
          FileChannel openForReading(Path file) throws IOException {
            throw new AccessDeniedException(file.toString());
          }
        };
    Storage storage =
        new DirectoryStorage(folder.resolve("store"), new SecureRandom(), Set.of(), denied);

    assertThatIOException()
        .isThrownBy(() -> storage.readAll("a"))
        .withMessage(
            "cannot read a in %s: permission denied for %s/a: run as the owner of the store, or"
                    .formatted(storage.location(), storage.location())
                + " give it back to its owner");
  }
}
