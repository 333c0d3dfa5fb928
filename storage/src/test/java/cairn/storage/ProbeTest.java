package cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.storage.ProbeResult.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// For each property a directory that breaks it, a real one where there is one.
final class ProbeTest {
  private static final DirectoryOps.Owner NOBODY = new DirectoryOps.Owner(65534, 65534);
  private static final Probe.Options OPTIONS = new Probe.Options(1 << 16, 100, Set.of());

  @TempDir private Path folder;

  private DirectoryStorage store(DirectoryOps ops) throws IOException {
    Path root = folder.resolve("store");
    if (!Files.exists(root)) {
      DirectoryStorage.create(root, new SecureRandom());
    }
    return new DirectoryStorage(root, new SecureRandom(), Set.of(), ops);
  }

  private static List<ProbeResult> probe(DirectoryStorage storage, Probe.Options options)
      throws IOException {
    return new Probe(new SecureRandom(), Thread::sleep, options).run(storage);
  }

  private static List<ProbeResult> probe(Path root) throws IOException {
    return probe(DirectoryStorage.open(root, new SecureRandom()), OPTIONS);
  }

  private static List<Property> with(Outcome outcome, List<ProbeResult> results) {
    return results.stream().filter(r -> r.outcome() == outcome).map(ProbeResult::property).toList();
  }

  private static ProbeResult resultOf(Property property, List<ProbeResult> results) {
    return results.stream().filter(r -> r.property() == property).findFirst().orElseThrow();
  }

  private static void assertAllPass(List<ProbeResult> results) {
    assertThat(results).allMatch(r -> r.outcome() == Outcome.PASSED);
    assertThat(results).extracting(ProbeResult::property).containsExactly(Property.values());
  }

  /// The property fails, and no other; waived it does no harm.
  private void assertOnlyFails(Property property, DirectoryOps ops) throws IOException {
    List<ProbeResult> results = probe(store(ops), OPTIONS);
    assertThat(with(Outcome.FAILED, results)).as(results.toString()).containsExactly(property);
    assertThat(resultOf(property, results).isAcceptable()).isFalse();
    assertNothingLeft();

    results = probe(store(ops), OPTIONS.withWaivers(Set.of(property.word())));
    assertThat(with(Outcome.FAILED, results)).as(results.toString()).isEmpty();
    assertThat(with(Outcome.WAIVED, results)).containsExactly(property);
    assertThat(results).extracting(ProbeResult::property).containsExactly(Property.values());
    assertNothingLeft();
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> left = Files.list(folder.resolve("store"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(".lock", ".tmp");
    }
  }

  // ---- good directories

  @Test
  void aGoodDirectoryPassesAndIsLeftAsItWas() throws IOException {
    assertAllPass(probe(store(new DirectoryOps()), OPTIONS));
    assertNothingLeft();
  }

  @Test
  void anExt4WithoutAccessTimesPasses() throws IOException {
    try (Disk disk = Disk.ext4(16)) {
      disk.remount("noatime,nodiratime");
      DirectoryStorage.create(disk.path(), new SecureRandom());
      assertAllPass(probe(disk.path()));
    }
  }

  /// Small inodes have room for whole seconds only.
  @Test
  void anExt4WithTimesInWholeSecondsPasses() throws IOException {
    try (Disk disk = Disk.ext4(16, "-I", "128")) {
      DirectoryStorage.create(disk.path(), new SecureRandom());
      assertAllPass(probe(disk.path()));
    }
  }

  @Test
  void aDirectoryWithoutHardLinksPasses() throws IOException {
    DirectoryOps linkless =
        new DirectoryOps() {
          @Override
          void link(Path existing, Path name) throws IOException {
            throw new FileSystemException(name.toString(), existing.toString(), "EPERM");
          }
        };
    List<ProbeResult> results = probe(store(linkless), OPTIONS);

    assertAllPass(results);
    assertThat(resultOf(Property.CREATE_NO_CLOBBER, results).found()).contains("no hard links");
  }

  @Test
  void rootMayProbeTheStoreOfAnother() throws IOException {
    DirectoryStorage storage = store(new DirectoryOps());
    for (String name : List.of("", ".tmp", ".lock")) {
      new DirectoryOps().setOwner(folder.resolve("store").resolve(name), NOBODY);
    }

    assertAllPass(probe(storage, OPTIONS));
    assertNothingLeft();
  }

  // ---- writable, owner

  @Test
  void readOnly() throws IOException {
    store(new DirectoryOps());
    try (Disk disk = Disk.readOnly(folder.resolve("store"))) {
      List<ProbeResult> results = probe(disk.path());

      assertThat(results).hasSize(1);
      assertThat(results.getFirst().message())
          .isEqualTo(
              "writable failed: cannot use files in "
                  + disk.path()
                  + ": the file system is mounted read-only: mount it writable; needed for"
                  + " everything but reading: mount it writable, or run as the owner of the store");
    }
  }

  /// As root on NFS, whom the server takes for nobody.
  @Test
  void ownerThatCannotBeSet() throws IOException {
    DirectoryOps squashing =
        new DirectoryOps() {
          @Override
          void setOwner(Path path, Owner owner) throws IOException {
            throw new FileSystemException(path.toString(), null, "EPERM");
          }
        };
    store(new DirectoryOps());
    new DirectoryOps().setOwner(folder.resolve("store"), NOBODY);

    assertOwnerFails(squashing);
  }

  /// As on FAT, where all files belong to one user.
  @Test
  void ownerThatIsSilentlyNotSet() throws IOException {
    DirectoryOps ignoring =
        new DirectoryOps() {
          @Override
          void setOwner(Path path, Owner owner) {
            // as mounted with the option quiet
          }
        };
    store(new DirectoryOps());
    new DirectoryOps().setOwner(folder.resolve("store"), NOBODY);

    assertOwnerFails(ignoring);
  }

  @Test
  void ownerOfWhatIsThereAlready() throws IOException {
    store(new DirectoryOps());
    new DirectoryOps().setOwner(folder.resolve("store/.tmp"), NOBODY);

    assertOwnerFails(new DirectoryOps());
  }

  private void assertOwnerFails(DirectoryOps ops) throws IOException {
    assertOnlyFails(Property.OWNER, ops);
  }

  // ---- space

  @Test
  void littleSpaceIsWarnedOf() throws IOException {
    List<ProbeResult> results =
        probe(store(new DirectoryOps()), new Probe.Options(Long.MAX_VALUE, 100, Set.of()));

    assertThat(with(Outcome.WARNED, results)).containsExactly(Property.FREE_SPACE);
    assertThat(with(Outcome.FAILED, results)).isEmpty();
    assertThat(resultOf(Property.FREE_SPACE, results).isAcceptable()).isTrue();
  }

  @Test
  void noSpace() throws IOException {
    try (Disk disk = Disk.ext4(4)) {
      DirectoryStorage.create(disk.path(), new SecureRandom());
      Path ballast = disk.path().resolve("ballast");
      fill(ballast);
      List<ProbeResult> results = probe(disk.path());
      assertThat(with(Outcome.FAILED, results)).containsExactly(Property.WRITABLE);
      assertThat(results.getFirst().found()).endsWith("no space left, or no inodes: free some");

      shrink(ballast, 20_000); // room for folders
      results = probe(disk.path());

      assertThat(with(Outcome.FAILED, results)).containsExactly(Property.FREE_SPACE);
      assertThat(resultOf(Property.FREE_SPACE, results).message())
          .contains("no space left")
          .contains("needed for publishing packs: free space");
    }
  }

  private static void fill(Path ballast) throws IOException {
    try (FileChannel file =
        FileChannel.open(ballast, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int size = 1 << 16; size > 0; size /= 2) {
        fill(file, size);
      }
    }
  }

  private static void shrink(Path file, int bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - bytes);
      channel.force(true);
    }
  }

  private static void fill(FileChannel file, int size) {
    try {
      while (true) {
        file.write(ByteBuffer.allocate(size));
      }
    } catch (IOException e) {
      // full
    }
  }

  @Test
  void noInodes() throws IOException {
    try (Disk disk = Disk.ext4(4, "-N", "48")) {
      DirectoryStorage.create(disk.path(), new SecureRandom());
      List<ProbeResult> results = probe(disk.path());

      assertThat(with(Outcome.FAILED, results)).containsExactly(Property.FREE_FILES);
    }
  }

  @Test
  void fewInodesAreWarnedOf() throws IOException {
    try (Disk disk = Disk.tmpfs("size=4m,nr_inodes=90")) {
      DirectoryStorage.create(disk.path(), new SecureRandom());
      List<ProbeResult> results = probe(disk.path());

      assertThat(with(Outcome.WARNED, results)).containsExactly(Property.FREE_FILES);
      assertThat(results).extracting(ProbeResult::property).contains(Property.FREE_FILES);
    }
  }

  // ---- names

  @Test
  void shortNamesOnly() throws IOException {
    assertOnlyFails(
        Property.NAME_LENGTH,
        new DirectoryOps() {
          @Override
          void link(Path existing, Path name) throws IOException {
            if (name.getFileName().toString().length() > 143) {
              throw new FileSystemException(name.toString(), null, "File name too long");
            }
            super.link(existing, name);
          }
        });
  }

  /// All names in lower case, as an ext4 or FAT that folds case.
  @Test
  void caseIsFolded() throws IOException {
    assertOnlyFails(
        Property.CASE_SENSITIVITY,
        new DirectoryOps() {
          private Path folded(Path path) {
            String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
            return path.resolveSibling(name);
          }

          @Override
          void link(Path existing, Path name) throws IOException {
            super.link(existing, folded(name));
          }

          @Override
          BasicFileAttributes attributes(Path path) throws IOException {
            return super.attributes(folded(path));
          }
        });
  }

  // ---- nesting

  @Test
  void insideAnotherStore() throws IOException {
    Path outer = folder.resolve("outer");
    DirectoryStorage.create(outer, new SecureRandom()).publish("config", Content.of(new byte[1]));
    Path inner = outer.resolve("a/b/inner");
    DirectoryStorage.create(inner, new SecureRandom());

    List<ProbeResult> results = probe(inner);
    assertThat(with(Outcome.FAILED, results)).containsExactly(Property.NOT_NESTED);
    assertThat(resultOf(Property.NOT_NESTED, results).found())
        .isEqualTo(inner + " is inside the store " + outer);
  }

  @Test
  void aroundAnotherStore() throws IOException {
    for (String name : List.of("child", "parent/child")) {
      Path outer = folder.resolve("outer-" + name.length());
      DirectoryStorage.create(outer, new SecureRandom());
      DirectoryStorage.create(outer.resolve(name), new SecureRandom())
          .publish("config", Content.of(new byte[1]));

      assertThat(with(Outcome.FAILED, probe(outer))).containsExactly(Property.NOT_NESTED);
    }
  }

  @Test
  void besideAFileThatIsCalledConfig() throws IOException {
    Files.writeString(folder.resolve("config"), "of something else");

    assertAllPass(probe(store(new DirectoryOps()), OPTIONS));
  }

  // ---- lock and sync

  @Test
  void noLocks() throws IOException {
    assertOnlyFails(
        Property.LOCK,
        new DirectoryOps() {
          @Override
          FileLock lock(FileChannel file, boolean shared) throws IOException {
            throw new IOException("No locks available");
          }
        });
  }

  @Test
  void noSyncOfFolders() throws IOException {
    assertOnlyFails(
        Property.FSYNC,
        new DirectoryOps() {
          @Override
          void forceFolder(Path path) throws IOException {
            throw new FileSystemException(path.toString(), null, "Invalid argument");
          }
        });
  }

  @Test
  void noSyncOfFiles() throws IOException {
    assertOnlyFails(
        Property.FSYNC,
        new DirectoryOps() {
          @Override
          void force(FileChannel file) throws IOException {
            throw new IOException("Input/output error");
          }
        });
  }

  // ---- names that are taken

  @Test
  void linksThatClobber() throws IOException {
    assertOnlyFails(
        Property.CREATE_NO_CLOBBER,
        new DirectoryOps() {
          @Override
          void link(Path existing, Path name) throws IOException {
            remove(name);
            super.link(existing, name);
          }
        });
  }

  @Test
  void creationThatClobbers() throws IOException {
    assertOnlyFails(
        Property.CREATE_NO_CLOBBER,
        new DirectoryOps() {
          @Override
          FileChannel create(Path file) throws IOException {
            remove(file);
            return super.create(file);
          }
        });
  }

  @Test
  void renamesThatRemoveFirst() throws IOException {
    assertOnlyFails(
        Property.RENAME_ATOMIC,
        new DirectoryOps() {
          @Override
          void rename(Path from, Path to) throws IOException {
            if (remove(to)) {
              pause();
            }
            super.rename(from, to);
          }
        });
  }

  @Test
  void renamesThatCopy() throws IOException {
    assertOnlyFails(
        Property.RENAME_ATOMIC,
        new DirectoryOps() {
          @Override
          void rename(Path from, Path to) throws IOException {
            byte[] bytes = Files.readAllBytes(from);
            if (Files.exists(to)) {
              Files.write(to, Arrays.copyOf(bytes, bytes.length / 2));
              pause();
            }
            super.rename(from, to);
          }
        });
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  @Test
  void renamesThatBothWin() throws IOException {
    assertOnlyFails(
        Property.RENAME_REFUSED,
        new DirectoryOps() {
          @Override
          void rename(Path from, Path to) throws IOException {
            try {
              super.rename(from, to);
            } catch (NoSuchFileException e) {
              // what is gone has surely been renamed
            }
          }
        });
  }

  // ---- caches

  @Test
  void readsFromAStaleCache() throws IOException {
    Map<Path, Path> cache = new ConcurrentHashMap<>();
    assertOnlyFails(
        Property.READ_AFTER_WRITE,
        new DirectoryOps() {
          @Override
          FileChannel openForReading(Path file) throws IOException {
            if (!file.toString().contains("/read/")) {
              return super.openForReading(file);
            }
            if (!cache.containsKey(file)) {
              Path copy = folder.resolve("cache" + cache.size());
              Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
              cache.put(file, copy);
            }
            return super.openForReading(cache.get(file));
          }
        });
  }

  @Test
  void listingsThatLag() throws IOException {
    Set<Path> seen = new HashSet<>();
    assertOnlyFails(
        Property.LIST_AFTER_WRITE,
        new DirectoryOps() {
          @Override
          List<Path> entries(Path parent) throws IOException {
            List<Path> entries = new ArrayList<>(super.entries(parent));
            entries.removeIf(path -> path.toString().endsWith("-moved") && seen.add(path));
            return entries;
          }
        });
  }

  // ---- timestamps

  @Test
  void timesThatCannotBeSet() throws IOException {
    assertOnlyFails(
        Property.TIMESTAMPS,
        new DirectoryOps() {
          @Override
          void setModified(Path path, FileTime time) {
            // ignored
          }
        });
  }

  @Test
  void timesThatLagBehind() throws IOException {
    List<Duration> slept = new ArrayList<>();
    DirectoryOps coarse =
        new DirectoryOps() {
          @Override
          void setModified(Path path, FileTime time) throws IOException {
            super.setModified(path, FileTime.fromMillis(time.toMillis() / 86_400_000 * 86_400_000));
          }
        };
    List<ProbeResult> results =
        new Probe(new SecureRandom(), slept::add, OPTIONS).run(store(coarse));

    assertThat(with(Outcome.FAILED, results)).containsExactly(Property.TIMESTAMPS);
  }

  /// As a layered file system does that copies a file when it is first changed.
  @Test
  void aFileThatIsCopiedWhenFirstTouchedIsTriedOnceMore() throws IOException {
    DirectoryOps copying =
        new DirectoryOps() {
          private boolean copied;

          @Override
          void setModified(Path path, FileTime time) throws IOException {
            if (copied) {
              super.setModified(path, time);
            } else {
              copied = true;
              Path copy = Files.copy(path, path.resolveSibling("copy"));
              Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE);
            }
          }
        };

    assertAllPass(probe(store(copying), OPTIONS));
  }

  // ---- removal

  /// In a folder to which one may only add.
  @Test
  void nothingCanBeRemoved() throws IOException {
    try (Disk disk = Disk.ext4(16)) {
      Path root = disk.path().resolve("store");
      DirectoryStorage.create(root, new SecureRandom());
      Disk.run("chattr", "+a", root.toString());
      List<ProbeResult> results = probe(root);

      assertThat(with(Outcome.FAILED, results)).containsExactly(Property.REMOVABLE);
    }
  }

  @Test
  void whatAKilledProbeLeavesIsLitter() throws IOException {
    DirectoryStorage storage = store(new DirectoryOps());
    Path left = Files.createDirectories(folder.resolve("store/.probe-0123/packs"));
    Files.writeString(left.resolve("x"), "x");

    assertThat(storage.removeLitter(java.time.Instant.EPOCH)).isZero();
    assertThat(storage.removeLitter(java.time.Instant.MAX)).isEqualTo(1);
    assertNothingLeft();
  }

  @Test
  void anInterruptedProbeLeavesNothing() throws IOException {
    Probe probe =
        new Probe(
            new SecureRandom(),
            duration -> {
              throw new InterruptedException();
            },
            OPTIONS);
    DirectoryStorage storage = store(new DirectoryOps());

    assertThatThrownBy(() -> probe.run(storage)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertNothingLeft();
  }
}
