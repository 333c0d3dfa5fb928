package cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.storage.ProbeResult.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
import org.junit.jupiter.api.Test;

/// For each property a file system that breaks it, played by [DirectoryOps]; see
/// [ProbeOfRealDisksTest] for what can be had in earnest.
final class ProbeTest extends ProbeCase {
  // ---- good directories

  @Test
  void aGoodDirectoryPassesAndIsLeftAsItWas() throws IOException {
    assertAllPass(probe(store(new DirectoryOps()), OPTIONS));
    assertNothingLeft();
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

  // ---- writable, owner

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

  private void assertOwnerFails(DirectoryOps ops) throws IOException {
    assertOnlyFails(Property.OWNER, ops);
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
