package cairn.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Makes the folders of a directory store, durable and of the right owner. They are never removed:
/// so nobody's new object can lose its folder under it.
final class StoreFolders {
  private final Path root;
  private final Ownership ownership;
  private final boolean synced;
  private final DirectoryOps ops;
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  /// @param synced whether the file system can sync; if not, that was accepted by a waiver
  StoreFolders(Path root, Ownership ownership, boolean synced, DirectoryOps ops) {
    this.root = root;
    this.ownership = ownership;
    this.synced = synced;
    this.ops = ops;
  }

  static Path parentOf(Path path) {
    return Objects.requireNonNull(path.getParent(), "path without a folder");
  }

  /// Makes the folder and those above it up to the root. A folder found there may be the work of
  /// one who has not come to make it durable; so that is done here too, once for each folder.
  void ensure(Path folder) throws IOException {
    if (folder.equals(root) || durable.contains(folder)) {
      return;
    }
    Path parent = parentOf(folder);
    ensure(parent);
    try {
      ops.createFolder(folder);
      ownership.adopt(folder);
    } catch (FileAlreadyExistsException e) {
      if (!ops.attributes(folder).isDirectory()) {
        throw new Trouble.Explained(folder + " is a file, so no object can be below it", e);
      }
    }
    force(parent);
    durable.add(folder);
  }

  /// Makes the names in a folder durable.
  void force(Path folder) throws IOException {
    if (synced) {
      ops.forceFolder(folder);
    }
  }

  void force(FileChannel file) throws IOException {
    if (synced) {
      ops.force(file);
    }
  }

  /// Whether there is a regular file, and not merely that none could be seen.
  boolean isObject(Path path) throws IOException {
    try {
      return ops.attributes(path).isRegularFile();
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      if (hasFileAbove(path)) {
        return false;
      }
      throw e;
    }
  }

  /// Whether the name is free.
  ///
  /// @throws IOException when a folder has it
  boolean isTaken(Path path) throws IOException {
    try {
      if (ops.attributes(path).isDirectory()) {
        throw new Trouble.Explained(path + " is a folder, so no object can be there");
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (FileSystemException e) {
      if (hasFileAbove(path)) {
        return false;
      }
      throw e;
    }
  }

  /// Whether the path cannot exist because an object has the name of one of its folders.
  boolean hasFileAbove(Path path) throws IOException {
    for (Path above = parentOf(path); !above.equals(root); above = parentOf(above)) {
      try {
        if (ops.attributes(above).isRegularFile()) {
          return true;
        }
      } catch (FileSystemException e) {
        // the file is further up, if there is one
      }
    }
    return false;
  }
}
