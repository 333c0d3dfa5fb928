package cairn.storage;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import cairn.linux.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Every call that a directory store makes to the file system, one method each, so that tests can
/// stand in for a file system that breaks its promises. Nothing here follows a symbolic link in the
/// last component of a path.
class DirectoryOps {
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_FOLDER =
      PosixFilePermissions.fromString("rwx------");

  /// A new file of the owner alone, open for writing.
  FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(CREATE_NEW, WRITE, NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(OWNER_FILE));
  }

  int write(FileChannel file, ByteBuffer bytes) throws IOException {
    return file.write(bytes);
  }

  void force(FileChannel file) throws IOException {
    file.force(true);
  }

  FileChannel openForReading(Path file) throws IOException {
    return FileChannel.open(file, READ, NOFOLLOW_LINKS);
  }

  /// Opens a file that was written, synced and closed, so that it is the disk that answers. The
  /// kernel lets go of what it caches of it: whoever runs here besides needs that memory more.
  StoredFile openStored(Path file) throws IOException {
    return StoredFile.open(file);
  }

  int read(FileChannel file, ByteBuffer target, long offset) throws IOException {
    return file.read(target, offset);
  }

  void createFolder(Path folder) throws IOException {
    Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_FOLDER));
  }

  /// Makes the names in a folder durable.
  void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  void link(Path existing, Path name) throws IOException {
    Files.createLink(name, existing);
  }

  /// Replaces what is at `to`.
  void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /// @return false when there was nothing
  boolean remove(Path fileOrEmptyFolder) throws IOException {
    return Files.deleteIfExists(fileOrEmptyFolder);
  }

  /// With everything in it.
  void removeAll(Path path) throws IOException {
    if (attributes(path).isDirectory()) {
      for (Path entry : entries(path)) {
        removeAll(entry);
      }
    }
    remove(path);
  }

  BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
  }

  /// All entries but `.` and `..`, in no order.
  List<Path> entries(Path folder) throws IOException {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      List<Path> entries = new ArrayList<>();
      stream.forEach(entries::add);
      return entries;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  void setModified(Path path, FileTime time) throws IOException {
    Files.setLastModifiedTime(path, time);
  }

  /// The number of the disk that a path is on.
  long device(Path path) throws IOException {
    return number(path, "unix:dev").longValue();
  }

  private static Number number(Path path, String attribute) throws IOException {
    return (Number) Files.getAttribute(path, attribute, NOFOLLOW_LINKS);
  }

  Owner owner(Path path) throws IOException {
    return new Owner(number(path, "unix:uid").intValue(), number(path, "unix:gid").intValue());
  }

  void setOwner(Path path, Owner owner) throws IOException {
    Files.setAttribute(path, "unix:uid", owner.uid(), NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:gid", owner.gid(), NOFOLLOW_LINKS);
  }

  /// Opens the lock file for [#lock]; a shared lock needs no right to write.
  FileChannel openLock(Path file, boolean shared) throws IOException {
    return shared
        ? openForReading(file)
        : FileChannel.open(
            file,
            Set.of(CREATE, WRITE, NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(OWNER_FILE));
  }

  /// Waits for an operating system lock, released by closing the channel.
  FileLock lock(FileChannel file, boolean shared) throws IOException {
    return file.lock(0, Long.MAX_VALUE, shared);
  }

  /// User and group, as numbers.
  record Owner(int uid, int gid) {}
}
