package cairn.repository.index;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What one session adds to the index. Bounded in memory: beyond [#RUN_ENTRIES] entries it writes
/// sorted runs to local files, and merges [#FAN_IN] runs of one size into one of the next, so that
/// a look-up touches a handful whatever the size of the session. Safe for use by several threads.
public final class Additions implements AutoCloseable {
  /// About 50 MB of heap.
  static final int RUN_ENTRIES = 1 << 18;

  static final int FAN_IN = 8;

  private final ObjectId index;
  private final ObjectId repository;
  private final Scratch scratch;
  private final int runEntries;
  private final Set<ChunkId> claimed = new HashSet<>();
  private final Map<ChunkId, Location> recent = new HashMap<>();
  private final List<Location> again = new ArrayList<>(); // further places of recent chunks
  private final List<List<Segment>> tiers = new ArrayList<>();
  private long size;

  public Additions(ObjectId index, ObjectId repository) throws IOException {
    this(index, repository, RUN_ENTRIES);
  }

  Additions(ObjectId index, ObjectId repository, int runEntries) throws IOException {
    this.index = index;
    this.repository = repository;
    this.scratch = Scratch.create();
    this.runEntries = runEntries;
  }

  /// Takes on the duty to store a chunk.
  ///
  /// @return false when it is stored in this session already, or somebody else took it on
  public synchronized boolean claim(ChunkId id) throws CorruptData {
    return !contains(id) && claimed.add(id);
  }

  /// Records where a claimed chunk went.
  public synchronized void add(Location location) throws IOException, CorruptData {
    claimed.remove(location.id());
    if (recent.putIfAbsent(location.id(), location) != null) {
      again.add(location);
    }
    size++;
    if (recent.size() + again.size() >= runEntries) {
      spill();
    }
  }

  /// Whether a chunk is claimed or stored in this session.
  public synchronized boolean knows(ChunkId id) throws CorruptData {
    return claimed.contains(id) || contains(id);
  }

  /// The number of entries.
  public synchronized long size() {
    return size;
  }

  private boolean contains(ChunkId id) throws CorruptData {
    if (recent.containsKey(id)) {
      return true;
    }
    List<Location> found = new ArrayList<>();
    for (Segment run : runs()) {
      run.find(id, found);
    }
    return !found.isEmpty();
  }

  private List<Segment> runs() {
    return tiers.stream().flatMap(List::stream).toList();
  }

  private void spill() throws IOException, CorruptData {
    again.addAll(recent.values());
    push(0, scratch.write(index, repository, Scratch.sorted(again)));
    recent.clear();
    again.clear();
  }

  private void push(int tier, Segment run) throws IOException, CorruptData {
    while (tiers.size() <= tier) {
      tiers.add(new ArrayList<>());
    }
    List<Segment> runs = tiers.get(tier);
    runs.add(run);
    if (runs.size() == FAN_IN) {
      Segment merged = scratch.write(index, repository, Merge.of(List.copyOf(runs)));
      runs.clear();
      push(tier + 1, merged);
    }
  }

  /// Writes all entries as the session's one index segment.
  ///
  /// @return a local file, there until close
  public synchronized Path write() throws IOException, CorruptData {
    if (!recent.isEmpty() || tiers.isEmpty()) {
      spill();
    }
    Path file = scratch.newFile();
    new SegmentWriter(index, repository).write(file, Merge.of(runs()));
    return file;
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
