package cairn.repository.index;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Subject;
import cairn.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The index segments that a reader or writer goes by. Safe for use by several threads.
public final class Index implements AutoCloseable {
  public static final String PREFIX = "index";

  /// So much is read into memory outside the heap; further segments are mapped.
  private static final long READ_BYTES_MAX = 64 << 20;

  private final Storage storage;
  private final ObjectId repository;
  private final Refresh refresh;
  private final OffHeap memory = new OffHeap();
  private final List<Segment> segments = new CopyOnWriteArrayList<>();
  private final Map<ObjectId, Boolean> packsGone = new HashMap<>();
  private long bytesRead;

  /// Adds segments that came to count since.
  public interface Refresh {
    /// @return whether there were any
    boolean run() throws IOException, CorruptData;
  }

  /// An index without segments, to which only [#add] adds.
  public Index(Storage storage, ObjectId repository) {
    this(storage, repository, () -> false);
  }

  /// An index without segments.
  public Index(Storage storage, ObjectId repository, Refresh refresh) {
    this.storage = storage;
    this.repository = repository;
    this.refresh = refresh;
  }

  /// `index/<index id>`; the index of a session carries the session's id.
  public static String name(ObjectId index) {
    return PREFIX + "/" + index;
  }

  /// Opens a segment and adds it.
  public void add(ObjectId index) throws IOException, CorruptData {
    segments.add(new Segment(index, repository, bytes(index)));
  }

  /// What to do when a pack is not there that this index lists: a collector may have moved what it
  /// held. Looks once for each pack.
  ///
  /// @return whether the index knows more than when it listed the pack
  public synchronized boolean refreshWithout(ObjectId pack) throws IOException, CorruptData {
    Boolean known = packsGone.get(pack);
    if (known == null) {
      known = refresh.run();
      packsGone.put(pack, known);
    }
    return known;
  }

  /// Adds a segment that is open already.
  public void add(Segment segment) {
    segments.add(segment);
  }

  /// Goes on without a segment; it stays mapped until close.
  public void remove(Segment segment) {
    segments.remove(segment);
  }

  private MemorySegment bytes(ObjectId index) throws IOException, CorruptData {
    Optional<Path> file = storage.localFile(name(index));
    if (file.isEmpty()) {
      return MemorySegment.ofArray(storage.readAll(name(index)));
    }
    try (FileChannel channel = FileChannel.open(file.get(), StandardOpenOption.READ)) {
      Subject subject = SegmentLayout.subject(index);
      subject.check(channel.size() > 0, "size", channel.size(), "72 or more");
      if (reserve(channel.size())) {
        return read(channel);
      }
      return memory.map(channel);
    }
  }

  private synchronized boolean reserve(long bytes) {
    if (bytes > READ_BYTES_MAX - bytesRead) {
      return false;
    }
    bytesRead += bytes;
    return true;
  }

  /// An I/O error while reading is an exception; in a mapping it would end the process.
  private MemorySegment read(FileChannel channel) throws IOException {
    MemorySegment bytes = memory.allocate(channel.size());
    ByteBuffer target = bytes.asByteBuffer();
    while (target.hasRemaining()) {
      if (channel.read(target) < 0) {
        throw new EOFException("an index became shorter while it was read");
      }
    }
    return bytes;
  }

  public List<Segment> segments() {
    return List.copyOf(segments);
  }

  /// The number of entries in all segments.
  public long size() {
    return segments.stream().mapToLong(Segment::size).sum();
  }

  /// Every place where the chunk lies, as far as undamaged pages tell; a chunk may have been stored
  /// by two sessions at once.
  ///
  /// @param damage told of each damaged page that had to be looked at
  public List<Location> find(ChunkId id, Consumer<? super Problem.Corrupt> damage) {
    List<Location> found = new ArrayList<>(1);
    for (Segment segment : segments) {
      try {
        segment.find(id, found);
      } catch (CorruptData e) {
        damage.accept(e.problem());
      }
    }
    return found;
  }

  @Override
  public void close() {
    memory.close();
  }
}
