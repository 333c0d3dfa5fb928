package cairn.repository.index;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import java.io.IOException;
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
  private final int runEntries;
  private final Set<ChunkId> claimed = new HashSet<>();
  private final Map<ChunkId, Location> recent = new HashMap<>();
  private final List<Location> furtherCopies = new ArrayList<>();
  private final List<List<Run>> tiers = new ArrayList<>();
  private long size;

  public Additions(ObjectId index, ObjectId repository) {
    this(index, repository, RUN_ENTRIES);
  }

  Additions(ObjectId index, ObjectId repository, int runEntries) {
    this.index = index;
    this.repository = repository;
    this.runEntries = runEntries;
  }

  /// Takes on the duty to store a chunk.
  ///
  /// @return false when it is stored in this session already, or somebody else took it on
  public synchronized boolean claim(ChunkId id) throws CorruptData {
    return !contains(id) && claimed.add(id);
  }

  /// Gives up every duty that was taken on and not fulfilled yet.
  public synchronized void dropClaims() {
    claimed.clear();
  }

  /// Whether somebody took on to store a chunk and has not done so.
  public synchronized boolean hasClaims() {
    return !claimed.isEmpty();
  }

  /// Records where a claimed chunk went, or one more place where a chunk lies already.
  public synchronized void add(Location location) throws IOException, CorruptData {
    claimed.remove(location.id());
    if (recent.putIfAbsent(location.id(), location) != null) {
      furtherCopies.add(location);
    }
    size++;
    if (recent.size() + furtherCopies.size() >= runEntries) {
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
    return tiers.stream().flatMap(List::stream).map(Run::segment).toList();
  }

  private void spill() throws IOException, CorruptData {
    List<Location> entries = new ArrayList<>(recent.values());
    entries.addAll(furtherCopies);
    push(0, Run.write(index, repository, Run.sorted(entries)));
    recent.clear();
    furtherCopies.clear();
  }

  private void push(int tier, Run run) throws IOException, CorruptData {
    while (tiers.size() <= tier) {
      tiers.add(new ArrayList<>());
    }
    List<Run> runs = tiers.get(tier);
    runs.add(run);
    if (runs.size() == FAN_IN) {
      List<Segment> segments = runs.stream().map(Run::segment).toList();
      Run merged = Run.write(index, repository, Merge.of(segments));
      runs.forEach(Run::close);
      runs.clear();
      push(tier + 1, merged);
    }
  }

  /// All entries as the session's one index segment.
  ///
  /// @param carried entries of other segments to list again, in ascending order of chunk id
  /// @return for the caller to close
  public synchronized SegmentDraft draft(List<SegmentWriter.Entries> carried)
      throws IOException, CorruptData {
    List<SegmentWriter.Entries> sources = new ArrayList<>(carried);
    for (Segment run : runs()) {
      sources.add(() -> run.cursor()::next);
    }
    List<Location> inMemory = new ArrayList<>(recent.values());
    inMemory.addAll(furtherCopies);
    sources.add(Run.sorted(inMemory));
    return new SegmentWriter(index, repository).draft(Merge.ofAll(sources));
  }

  @Override
  public synchronized void close() {
    tiers.forEach(runs -> runs.forEach(Run::close));
    tiers.clear();
  }
}
