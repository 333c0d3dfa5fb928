package cairn.storage;

import cairn.linux.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/// The files of a directory store that have no name yet.
final class TemporaryFiles {
  /// The JDK keeps, for each thread, a direct buffer as large as its largest transfer from or to
  /// heap; so transfers are made in pieces of this size.
  static final int TRANSFER_BYTES = 1 << 18;

  private final Path folder;
  private final RandomGenerator chance;
  private final StoreFolders folders;
  private final Ownership ownership;
  private final DirectoryOps ops;
  private volatile Appearance appearance = Appearance.UNKNOWN;

  /// How a file gets its name on this file system.
  private enum Appearance {
    UNKNOWN,
    LINK,
    RENAME
  }

  TemporaryFiles(
      Path folder,
      RandomGenerator chance,
      StoreFolders folders,
      Ownership ownership,
      DirectoryOps ops) {
    this.folder = folder;
    this.chance = chance;
    this.folders = folders;
    this.ownership = ownership;
    this.ops = ops;
  }

  /// Writes and syncs a new file, and reads back some of it.
  Path write(Content content) throws IOException {
    folders.ensure(folder);
    Path file = newName();
    try {
      SampledBlocks sample = sample(content.size());
      try (FileChannel channel = ops.create(file)) {
        ownership.adopt(file);
        Output output = new Output(channel, content.size(), sample);
        content.writeTo(output);
        output.checkComplete(file);
        folders.force(channel);
      }
      try (StoredFile stored = ops.openStored(file)) {
        sample.check(file, stored);
      }
    } catch (IOException | RuntimeException | Error e) {
      discard(file);
      throw e;
    }
    return file;
  }

  private synchronized SampledBlocks sample(long size) {
    return new SampledBlocks(size, chance);
  }

  /// Gives a file its name. The caller holds the store's lock and knows that the name is free,
  /// which a link makes doubly sure of.
  ///
  /// @throws FileAlreadyExistsException when the name is taken after all
  void name(Path file, Path name) throws IOException {
    if (appearance == Appearance.UNKNOWN) {
      appearance = linksWork() ? Appearance.LINK : Appearance.RENAME;
    }
    if (appearance == Appearance.LINK) {
      ops.link(file, name);
    } else {
      ops.rename(file, name);
    }
  }

  boolean usesLinks() {
    return appearance == Appearance.LINK;
  }

  /// Whether this file system has hard links. That a link fails where a file can be made says no;
  /// any other trouble is trouble.
  private boolean linksWork() throws IOException {
    Path file = newName();
    Path linked = newName();
    try {
      ops.create(file).close();
      try {
        ops.link(file, linked);
        return true;
      } catch (FileSystemException | UnsupportedOperationException e) {
        ops.create(linked).close();
        return false;
      }
    } finally {
      discard(linked);
      discard(file);
    }
  }

  /// Best effort: nobody looks at these names.
  void discard(Path file) {
    try {
      ops.remove(file);
    } catch (IOException e) {
      // litter, see removeOlder
    }
  }

  /// Removes temporary files, and the folders of probes.
  int removeOlder(Instant before) throws IOException {
    List<Path> litter = new ArrayList<>(entries(folder));
    for (Path path : entries(StoreFolders.parentOf(folder))) {
      if (String.valueOf(path.getFileName()).startsWith(DirectoryProbe.FOLDER_PREFIX)) {
        litter.add(path);
      }
    }
    int count = 0;
    for (Path path : litter) {
      if (removeIfOlder(path, before)) {
        count++;
      }
    }
    return count;
  }

  private List<Path> entries(Path path) throws IOException {
    try {
      return ops.entries(path);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private boolean removeIfOlder(Path path, Instant before) throws IOException {
    try {
      if (ops.attributes(path).lastModifiedTime().toInstant().isBefore(before)) {
        ops.removeAll(path);
        return true;
      }
      return false;
    } catch (NoSuchFileException e) {
      return false; // its owner is alive after all, and has removed it
    }
  }

  private synchronized Path newName() {
    return folder.resolve(
        HexFormat.of().toHexDigits(chance.nextLong())
            + HexFormat.of().toHexDigits(chance.nextLong()));
  }

  /// Takes exactly the bytes promised.
  private final class Output implements WritableByteChannel {
    private final FileChannel file;
    private final long size;
    private final SampledBlocks sample;
    private long written;

    Output(FileChannel file, long size, SampledBlocks sample) {
      this.file = file;
      this.size = size;
      this.sample = sample;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int all = source.remaining();
      if (all > size - written) {
        throw new IllegalStateException("content is larger than its size of " + size);
      }
      sample.wrote(written, source);
      int end = source.limit();
      while (source.position() < end) {
        source.limit(Math.min(end, source.position() + TRANSFER_BYTES));
        try {
          written += ops.write(file, source);
        } finally {
          source.limit(end);
        }
      }
      return all;
    }

    void checkComplete(Path path) throws IOException {
      if (written != size) {
        throw new IllegalStateException(
            "content of " + written + " bytes is smaller than its size of " + size);
      }
      if (file.size() != size) {
        throw new Trouble.Explained(
            path
                + " has "
                + file.size()
                + " bytes after "
                + size
                + " were written: check the disk");
      }
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public void close() {
      throw new IllegalStateException("not the content's to close");
    }
  }
}
