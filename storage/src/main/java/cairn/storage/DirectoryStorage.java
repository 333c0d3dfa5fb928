package cairn.storage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Objects as files in a folder. The name of an object is the path of its file; names that start
/// with a dot are the store's own: `.tmp/` holds files being written, `.lock` is locked, never
/// read.
///
/// # For maintainers
///
/// **Publish.** A file is written and synced under `.tmp/`, and [some of it][SampledBlocks] is read
/// back; then it gets its name by link(2), which fails on a taken name. File systems without hard
/// links are told from others at the first publish, by trying; there the file is renamed.
///
/// **The lock.** Every change of a name (link, rename, remove) and every listing takes [StoreLock]
/// for just that step: the writing and syncing of content happens outside. Reasons:
/// - rename(2) is the only atomic compare-and-set here: of two that move one file, one gets ENOENT.
///   But it silently replaces its target, and link + unlink, which does not, leaves both names
///   after a crash: a session both committed and fenced. So: rename, after a look at the target
///   under the lock.
/// - readdir(3) may miss a file that is renamed from a folder not yet read to one already read: a
///   session that commits during the listing would be in neither. Under the lock nothing is
///   renamed.
/// - replace must not revive what is deleted between its comparison and its rename.
/// - The rename of a move is made durable before the lock is released: what another process finds
///   in a listing has been committed for good.
///
/// **Folders** are made durable before the first object in them is, and stay.
///
/// **Reads** take no lock; a file never changes once it has a name.
public final class DirectoryStorage implements Storage {
  static final String TEMPORARY = ".tmp";
  static final String LOCK = ".lock";

  private static final long READ_ALL_BYTES_MAX = 1L << 30;

  /// In the topmost folder of every ext file system, for root's eyes only.
  private static final String FILE_SYSTEM_FOLDER = "lost+found";

  private final Path root;
  private final RandomGenerator chance;
  private final DirectoryOps ops;
  private final Ownership ownership;
  private final StoreFolders folders;
  private final StoreLock lock;
  private final long device;
  private final TemporaryFiles temporaryFiles;

  DirectoryStorage(Path folder, RandomGenerator chance, Set<String> waivers, DirectoryOps ops)
      throws IOException {
    this.root = folder.toAbsolutePath().normalize();
    this.chance = chance;
    this.ops = ops;
    BasicFileAttributes attributes = Files.readAttributes(root, BasicFileAttributes.class);
    if (!attributes.isDirectory()) {
      throw new Trouble.Explained(root + " is not a folder: name the folder of the store");
    }
    this.device = ops.device(root);
    this.ownership = new Ownership(root, waives(waivers, Property.OWNER), ops);
    this.folders = new StoreFolders(root, ownership, !waives(waivers, Property.FSYNC), ops);
    this.temporaryFiles =
        new TemporaryFiles(root.resolve(TEMPORARY), chance, folders, ownership, ops);
    Object key = attributes.fileKey() == null ? root.toRealPath() : attributes.fileKey();
    this.lock = new StoreLock(root.resolve(LOCK), key, ownership, ops);
    if (waives(waivers, Property.LOCK)) {
      lock.withinProcessOnly();
    }
  }

  private static boolean waives(Set<String> waivers, Property property) {
    return waivers.contains(property.word());
  }

  /// Makes a new, empty store: the folder and those above it where missing, for the owner alone.
  ///
  /// @param chance for the names of temporary files; a good source, shared by no other process
  /// @throws IOException when there is something else in the folder
  public static DirectoryStorage create(Path folder, RandomGenerator chance) throws IOException {
    return create(folder, chance, new DirectoryOps());
  }

  static DirectoryStorage create(Path folder, RandomGenerator chance, DirectoryOps ops)
      throws IOException {
    Path root = folder.toAbsolutePath().normalize();
    try {
      createFolders(root, ops);
      for (Path entry : ops.entries(root)) {
        String name = String.valueOf(entry.getFileName());
        if (!Set.of(TEMPORARY, LOCK, FILE_SYSTEM_FOLDER).contains(name)) {
          throw new Trouble.Explained(
              "the folder " + root + " is not empty: name a new or an empty one");
        }
      }
      DirectoryStorage storage = new DirectoryStorage(root, chance, Set.of(), ops);
      storage.folders.ensure(root.resolve(TEMPORARY));
      storage.lock.exclusive(() -> true);
      ops.forceFolder(root);
      return storage;
    } catch (IOException e) {
      throw Trouble.explain("make a store", nearestExisting(root), e);
    }
  }

  private static void createFolders(Path root, DirectoryOps ops) throws IOException {
    if (Files.exists(root)) {
      return;
    }
    Path parent = root.getParent();
    if (parent != null) {
      createFolders(parent, ops);
      try {
        ops.createFolder(root);
      } catch (FileAlreadyExistsException e) {
        return; // by another process, which also makes it durable
      }
      ops.forceFolder(parent);
    }
  }

  private static Path nearestExisting(Path path) {
    Path existing = path;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    return existing;
  }

  /// Opens a store; writes nothing, so that a read-only one can be read.
  ///
  /// @param chance as in [#create]
  public static DirectoryStorage open(Path folder, RandomGenerator chance) throws IOException {
    try {
      return new DirectoryStorage(folder, chance, Set.of(), new DirectoryOps());
    } catch (NoSuchFileException e) {
      throw new Trouble.Explained(
          "there is no folder " + folder + ": check the name, or make a new repository there", e);
    } catch (IOException e) {
      throw Trouble.explain("open the store", folder, e);
    }
  }

  /// The same store, used without insisting on the properties waived; see [Probe]. Of all waivers
  /// those of `owner`, `lock` and `fsync` make a difference here.
  public DirectoryStorage waiving(Set<String> waivers) throws IOException {
    return new DirectoryStorage(root, chance, waivers, ops);
  }

  /// A store of its own in any folder; for the probe.
  DirectoryStorage at(Path folder, Set<String> waivers) throws IOException {
    return new DirectoryStorage(folder, chance, waivers, ops);
  }

  void adopt(Path created) throws IOException {
    ownership.adopt(created);
  }

  Path root() {
    return root;
  }

  DirectoryOps ops() {
    return ops;
  }

  @Override
  public String location() {
    return root.toString();
  }

  @Override
  public List<Entry> list(String prefix) throws IOException {
    ObjectName.checkPrefix(prefix);
    try {
      checkSameDisk();
      return lock.shared(() -> {
        Map<String, Entry> found = new TreeMap<>();
        if (prefix.isEmpty() || isFolder(root.resolve(prefix))) {
          walk(root.resolve(prefix), prefix, found);
        }
        return List.copyOf(found.values());
      });
    } catch (IOException e) {
      throw Trouble.explain("list " + (prefix.isEmpty() ? "all objects" : prefix + "/"), root, e);
    }
  }

  private boolean isFolder(Path path) throws IOException {
    try {
      return ops.attributes(path).isDirectory();
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      if (folders.hasFileAbove(path)) {
        return false;
      }
      throw e;
    }
  }

  private void walk(Path folder, String prefix, Map<String, Entry> found) throws IOException {
    for (Path path : ops.entries(folder)) {
      String segment = String.valueOf(path.getFileName());
      String name = prefix.isEmpty() ? segment : prefix + "/" + segment;
      if (!ObjectName.isLegal(name) || name.equals(FILE_SYSTEM_FOLDER)) {
        continue;
      }
      BasicFileAttributes attributes;
      try {
        attributes = ops.attributes(path);
      } catch (NoSuchFileException e) {
        continue; // removed by a hand that takes no lock
      }
      if (attributes.isDirectory()) {
        walk(path, name, found);
      } else if (attributes.isRegularFile()) {
        found.put(name, entry(name, attributes));
      } else {
        throw new Trouble.Explained(path + " is neither a file nor a folder: remove it");
      }
    }
  }

  private static Entry entry(String name, BasicFileAttributes attributes) {
    return new Entry(name, attributes.size(), attributes.lastModifiedTime().toInstant());
  }

  @Override
  public Entry stat(String name) throws IOException {
    Path path = pathOf(name);
    try {
      requireObject(name, path);
      return entry(name, ops.attributes(path));
    } catch (NoSuchFileException e) {
      throw missing(name);
    } catch (IOException e) {
      throw Trouble.explain("look at " + name, root, e);
    }
  }

  @Override
  public void read(String name, long offset, ByteBuffer target) throws IOException {
    if (offset < 0) {
      throw new IllegalArgumentException("offset " + offset);
    }
    Path path = pathOf(name);
    try (FileChannel file = openForReading(name, path)) {
      readFully(name, file, offset, target);
    } catch (IOException e) {
      throw Trouble.explain("read " + name, root, e);
    }
  }

  @Override
  public byte[] readAll(String name) throws IOException {
    Path path = pathOf(name);
    try (FileChannel file = openForReading(name, path)) {
      long size = file.size();
      if (size > READ_ALL_BYTES_MAX) {
        throw new Trouble.Explained(
            "object "
                + name
                + " in "
                + root
                + " has "
                + size
                + " bytes, too many to be read at once");
      }
      byte[] bytes = new byte[(int) size];
      readFully(name, file, 0, ByteBuffer.wrap(bytes));
      return bytes;
    } catch (IOException e) {
      throw Trouble.explain("read " + name, root, e);
    }
  }

  private FileChannel openForReading(String name, Path path) throws IOException {
    try {
      requireObject(name, path);
      return ops.openForReading(path);
    } catch (NoSuchFileException e) {
      throw missing(name);
    }
  }

  private void readFully(String name, FileChannel file, long offset, ByteBuffer target)
      throws IOException {
    int end = target.limit();
    long at = offset;
    while (target.position() < end) {
      target.limit(Math.min(end, target.position() + TemporaryFiles.TRANSFER_BYTES));
      int count = ops.read(file, target, at);
      target.limit(end);
      if (count < 0) {
        throw new EOFException(
            "object "
                + name
                + " in "
                + root
                + " ends at "
                + file.size()
                + ", before "
                + (at + target.remaining()));
      }
      at += count;
    }
  }

  @Override
  public void publish(String name, Content content) throws IOException {
    Path path = pathOf(name);
    try {
      checkSameDisk();
      if (folders.isTaken(path)) {
        throw new ObjectExists(name, location());
      }
      folders.ensure(StoreFolders.parentOf(path));
      Path temporary = temporaryFiles.write(content);
      try {
        lock.exclusive(() -> appear(temporary, path, name));
        folders.force(StoreFolders.parentOf(path));
      } finally {
        temporaryFiles.discard(temporary);
      }
    } catch (IOException e) {
      throw Trouble.explain("publish " + name, root, e);
    }
  }

  private boolean appear(Path temporary, Path path, String name) throws IOException {
    try {
      if (!folders.isTaken(path)) {
        temporaryFiles.name(temporary, path);
        return true;
      }
    } catch (FileAlreadyExistsException e) {
      // by a hand that takes no lock
    }
    throw new ObjectExists(name, location());
  }

  boolean usesLinks() {
    return temporaryFiles.usesLinks();
  }

  @Override
  public boolean replace(String name, byte[] expected, byte[] content) throws IOException {
    Path path = pathOf(name);
    try {
      checkSameDisk();
      return lock.exclusive(() -> {
        if (!Arrays.equals(readAll(name), expected)) {
          return false;
        }
        Path temporary = temporaryFiles.write(Content.of(content));
        try {
          ops.rename(temporary, path);
          folders.force(StoreFolders.parentOf(path));
        } finally {
          temporaryFiles.discard(temporary);
        }
        return true;
      });
    } catch (IOException e) {
      throw Trouble.explain("replace " + name, root, e);
    }
  }

  @Override
  public boolean move(String from, String to) throws IOException {
    Path source = pathOf(from);
    Path target = pathOf(to);
    try {
      checkSameDisk();
      folders.ensure(StoreFolders.parentOf(target));
      return lock.exclusive(() -> {
        if (!folders.isObject(source)) {
          return false;
        }
        if (folders.isTaken(target)) {
          throw new ObjectExists(to, location());
        }
        ops.rename(source, target);
        folders.force(StoreFolders.parentOf(target));
        folders.force(StoreFolders.parentOf(source));
        return true;
      });
    } catch (IOException e) {
      throw Trouble.explain("move " + from + " to " + to, root, e);
    }
  }

  /// By the clock of the file system, which is not always ours: that of a file just written.
  @Override
  public void touch(String name) throws IOException {
    Path path = pathOf(name);
    try {
      requireObject(name, path);
      Path temporary = temporaryFiles.write(Content.of(new byte[0]));
      try {
        FileTime now = ops.attributes(temporary).lastModifiedTime();
        ops.setModified(path, now);
      } finally {
        temporaryFiles.discard(temporary);
      }
    } catch (NoSuchFileException e) {
      throw missing(name);
    } catch (IOException e) {
      throw Trouble.explain("touch " + name, root, e);
    }
  }

  @Override
  public boolean delete(String name) throws IOException {
    Path path = pathOf(name);
    try {
      checkSameDisk();
      boolean removed = lock.exclusive(() -> folders.isObject(path) && ops.remove(path));
      if (removed) {
        folders.force(StoreFolders.parentOf(path));
      }
      return removed;
    } catch (IOException e) {
      throw Trouble.explain("delete " + name, root, e);
    }
  }

  @Override
  public Optional<Path> localFile(String name) {
    Path path = pathOf(name);
    return Files.isRegularFile(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(path)
        : Optional.empty();
  }

  /// Removes what runs and probes that were killed left behind. Never harms an object: one that
  /// loses its temporary file while it is being published fails to appear, and its publisher is
  /// told.
  ///
  /// @param before what was not modified since then
  /// @return how many files and folders there were
  public int removeLitter(Instant before) throws IOException {
    try {
      return temporaryFiles.removeOlder(before);
    } catch (IOException e) {
      throw Trouble.explain("remove temporary files", root, e);
    }
  }

  @Override
  public void close() {
    // every call opens and closes what it needs
  }

  private Path pathOf(String name) {
    return root.resolve(ObjectName.check(name));
  }

  private void requireObject(String name, Path path) throws IOException {
    if (!folders.isObject(path)) {
      throw missing(name);
    }
  }

  /// An object is missing only if its store is not.
  private IOException missing(String name) throws IOException {
    checkSameDisk();
    return new ObjectMissing(name, location());
  }

  /// Notices a disk that was unmounted under us: its mount point is an empty folder, and that
  /// nothing is there must not be taken for an answer (truth 5).
  private void checkSameDisk() throws IOException {
    boolean same;
    try {
      same = ops.device(root) == device;
    } catch (NoSuchFileException e) {
      same = false;
    }
    if (!same) {
      throw new Trouble.Explained(
          root + " is not the folder that was opened: was its disk unmounted?");
    }
  }
}
