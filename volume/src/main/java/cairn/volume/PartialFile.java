package cairn.volume;

import cairn.linux.AlignedMemory;
import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.FileStatus;
import cairn.linux.NameNotStored;
import cairn.linux.NativeFile;
import cairn.linux.RawFile;
import cairn.linux.Rename;
import cairn.linux.StoredFile;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A file in the making. It lies beside its target under a name of its own and takes the target's
/// name in [#publish()], when it is whole and durable: until then, whatever had that name is as it
/// was. Closed without that, it is removed; and where the process ended before it could do so, by
/// [Leftovers], which know by a lock that nobody makes it any more.
///
/// The new file belongs to the user who runs this and is readable by no one else. May be written by
/// several threads at once.
public final class PartialFile implements Closeable {
  /// Where the file lies, and where it goes.
  ///
  /// @param target the name that it takes
  /// @param partial its name until then, in the same directory or in a folder there
  /// @param replaces what may have the target's name then
  record Names(Path target, Path partial, Replaces replaces) {}

  /// What may be replaced.
  enum Replaces {
    NOTHING,
    EMPTY_FILE,
    ANY_FILE
  }

  private enum State {
    WRITING,
    STORED,
    NAMED,
    CLOSED
  }

  private final Names names;
  private final RawFile file;
  private final Closeable hold;
  private final Transfer transfer;
  private final WriteBehind behind;

  /// File systems let one write at a time into a file, and whoever else comes spins meanwhile.
  private final Lock turn = new ReentrantLock();

  private @Nullable WrittenSums written;
  private volatile State state = State.WRITING;
  private volatile long size;
  private @Nullable StoredFile stored;

  /// @param file new and empty
  PartialFile(Names names, RawFile file) {
    this(names, file, () -> {});
  }

  /// @param hold closed at the end
  private PartialFile(Names names, RawFile file, Closeable hold) {
    this.names = names;
    this.file = file;
    this.hold = hold;
    this.transfer = new Transfer(file, names.target().toString(), 1);
    this.behind = new WriteBehind(file, transfer);
  }

  /// A file that is open to be written already, under a name beside the target.
  public static PartialFile of(RawFile file, Path target) {
    return new PartialFile(new Names(target, Path.of(file.path()), Replaces.NOTHING), file);
  }

  /// The same in a folder of its own, where it has the last part of its name already, for those who
  /// write that into the file.
  ///
  /// @throws IOException when there was a failure; this is closed then
  public PartialFile withinFolder() throws IOException {
    close();
    Path folder = Files.createDirectory(names.partial());
    Path partial = folder.resolve(String.valueOf(names.target().getFileName()));
    Names within = new Names(names.target(), partial, names.replaces());
    NativeFile hold = NativeFile.open(folder);
    try {
      if (!Leftovers.hold(hold, folder)) {
        throw new IOException(folder + " was taken by someone else as it was made");
      }
      NativeFile inside =
          NativeFile.open(partial, NativeFile.Option.WRITE, NativeFile.Option.CREATE_NEW);
      return new PartialFile(within, inside, hold);
    } catch (IOException e) {
      throw Closing.after(e, hold);
    }
  }

  static PartialFile create(Path target, Replaces replaces) throws IOException {
    for (int attempt = 0; ; attempt++) {
      Path partial = target.resolveSibling(Leftovers.name(target, attempt));
      try {
        NativeFile file =
            NativeFile.open(partial, NativeFile.Option.WRITE, NativeFile.Option.CREATE_NEW);
        // Not by that descriptor, which is closed before the file has its name.
        NativeFile hold = NativeFile.open(partial, NativeFile.Option.WRITE);
        PartialFile made = new PartialFile(new Names(target, partial, replaces), file, hold);
        if (Leftovers.hold(hold, partial)) {
          return made;
        }
        made.close();
      } catch (CallFailed e) {
        if (e.errno() != Errno.EEXIST || attempt == 1000) {
          throw e;
        }
      }
    }
  }

  /// Remembers, of what will be written, enough for [#prove()]. Before the first write.
  public void rememberSums() {
    written = new WrittenSums();
  }

  /// The name that it takes in the end.
  public Path target() {
    return names.target();
  }

  /// The name that it has.
  public Path path() {
    return state == State.NAMED ? names.target() : names.partial();
  }

  public long size() {
    return size;
  }

  /// What is added reads as zeros and takes no space.
  public void resize(long bytes) throws IOException {
    try {
      file.resize(bytes);
    } catch (CallFailed e) {
      throw transfer.failed("make room for", 0, bytes, e);
    }
    size = bytes;
  }

  /// Another program wrote to [#path()].
  public void wasWrittenByOthers() throws IOException {
    size = file.status().sizeBytes();
  }

  /// Takes space for all of it.
  ///
  /// @return whether the file system can do that
  /// @throws IOException when there is no room
  boolean allocate() throws IOException {
    try {
      file.allocate(0, size);
      return true;
    } catch (CallFailed e) {
      if (e.errno() == Errno.EOPNOTSUPP || e.errno() == Errno.ENOSYS) {
        return false;
      }
      throw transfer.failed("make room for", 0, size, e);
    }
  }

  public void write(long offset, byte[] source, int from, int length) throws IOException {
    write(offset, MemorySegment.ofArray(source).asSlice(from, length));
  }

  /// @param source in memory of any kind; native memory is not copied
  public void write(long offset, MemorySegment source) throws IOException {
    if (written != null) {
      written.add(offset, source);
    }
    turn.lock();
    try {
      transfer.write(offset, source);
    } finally {
      turn.unlock();
    }
    behind.wrote(offset, source.byteSize());
  }

  void zero(long offset, long length) throws IOException {
    transfer.zero(offset, length);
    behind.wrote(offset, length);
  }

  /// Returns when all that was written is durable.
  public void sync() throws IOException {
    try {
      file.sync();
    } catch (CallFailed e) {
      throw transfer.failed("store", 0, size, e);
    }
  }

  /// Nothing more will be written: makes it durable, and makes sure that it is still there.
  public void store() throws IOException {
    sync();
    try {
      checkStillThere();
      file.close();
    } catch (CallFailed e) {
      throw transfer.failed("store", 0, size, e);
    }
    state = State.STORED;
  }

  /// Reads all of what was stored, from the [disk][StoredFile], and compares it with what was
  /// written: a write that was lost, changed, or went elsewhere on its way to the disk or back is
  /// found, but for a chance of one in 2^32.
  public void prove() throws IOException {
    WrittenSums expect = Objects.requireNonNull(written, "nothing was remembered");
    WrittenSums have = new WrittenSums();
    StoredFile disk = stored();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = AlignedMemory.allocate(arena, Transfer.BUFFER_BYTES);
      for (long at = disk.nextData(0, size); at < size; ) {
        MemorySegment part = buffer.asSlice(0, Math.min(buffer.byteSize(), size - at));
        read(disk, at, buffer, part.byteSize());
        have.add(at, part);
        at = disk.nextData(at + part.byteSize(), size);
      }
    }
    OptionalLong wrong = expect.firstDifference(have);
    if (wrong.isPresent()) {
      long length = Math.min(WrittenSums.REGION_BYTES, size - wrong.getAsLong());
      throw new IOException(
          names.target()
              + " cannot be trusted: what was written within bytes "
              + wrong.getAsLong()
              + "+"
              + length
              + " reads back otherwise");
    }
  }

  /// What was stored, from the [disk][StoredFile].
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    long start = offset & -AlignedMemory.ALIGNMENT_BYTES;
    long whole = -(-(offset + length) & -AlignedMemory.ALIGNMENT_BYTES) - start;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = AlignedMemory.allocate(arena, whole);
      read(stored(), start, buffer, offset + length - start);
      MemorySegment.copy(buffer, offset - start, MemorySegment.ofArray(target), from, length);
    }
  }

  /// @param room may reach beyond the end of the file, so that whole pages are asked for
  private void read(StoredFile disk, long offset, MemorySegment room, long length)
      throws IOException {
    long count;
    try {
      count = disk.read(offset, room);
    } catch (CallFailed e) {
      throw transfer.failed("read", offset, length, e);
    }
    if (count < length) {
      throw Transfer.endsEarly(names.target().toString(), offset + count, offset + length);
    }
  }

  /// Takes the target's name, durably.
  ///
  /// @throws NameNotStored when it has the name, and may lose it
  public void publish() throws IOException {
    if (state != State.STORED) {
      throw new IllegalStateException(names.target() + " is " + state);
    }
    try {
      takeName();
    } catch (NameNotStored e) {
      state = State.NAMED;
      throw e;
    }
    state = State.NAMED;
    removeFolder();
  }

  private void takeName() throws IOException {
    if (names.replaces() == Replaces.ANY_FILE || isStillEmpty()) {
      Rename.replacing(names.partial(), names.target());
    } else {
      takeFreeName();
    }
  }

  private void removeFolder() throws IOException {
    Path folder = names.partial().getParent();
    if (folder != null && !folder.equals(names.target().getParent())) {
      Files.deleteIfExists(folder);
    }
  }

  private void takeFreeName() throws IOException {
    try {
      Rename.toFreeName(names.partial(), names.target());
    } catch (CallFailed e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      throw Sinks.refused(
          names.target(), "a file of that name has appeared meanwhile and was left alone", e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    State before = state;
    state = State.CLOSED;
    try (hold) {
      closeFiles(before);
    }
  }

  private void closeFiles(State before) throws IOException {
    try {
      if (stored != null) {
        stored.close();
      }
      if (before == State.WRITING) {
        file.close();
      }
    } finally {
      if (before == State.WRITING || before == State.STORED) {
        Files.deleteIfExists(names.partial());
        removeFolder();
      }
    }
  }

  private void checkStillThere() throws IOException {
    FileStatus written = file.status();
    if (written.sizeBytes() != size || !FileStatus.of(names.partial()).isSameFile(written)) {
      throw new IOException(names.partial() + " was changed by someone else while it was written");
    }
  }

  private boolean isStillEmpty() throws IOException {
    return names.replaces() == Replaces.EMPTY_FILE
        && Files.exists(names.target())
        && FileStatus.of(names.target()).sizeBytes() == 0;
  }

  private synchronized StoredFile stored() throws IOException {
    if (state != State.STORED && state != State.NAMED) {
      throw new IllegalStateException(names.target() + " is " + state);
    }
    if (stored == null) {
      stored = StoredFile.open(path());
    }
    return stored;
  }
}
