package cairn.engine.collect;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.engine.Cancellation;
import cairn.engine.Progress;
import cairn.repository.Repository;
import cairn.repository.View;
import cairn.repository.index.Location;
import cairn.repository.index.Marks;
import cairn.repository.index.Segment;
import cairn.repository.session.CommittedIndex;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// What the snapshots reach. It only ever grows: what was reached once during a collection counts
/// as reached to its end, so that a listing which leaves out a snapshot now and then costs nothing.
///
/// Anything damaged or unreadable on the way ends the collection: nobody can say what lies beneath.
final class Reach implements AutoCloseable {
  private final Repository repository;
  private final Progress progress;
  private final Cancellation cancellation;
  private final View view;
  private final Marks marks = new Marks();
  private final Marker marker;
  private final Map<ObjectId, Snapshot> snapshots = new LinkedHashMap<>();
  private Set<ObjectId> current = new HashSet<>();

  Reach(Repository repository, Progress progress, Cancellation cancellation)
      throws IOException, CorruptData {
    this.repository = repository;
    this.progress = progress;
    this.cancellation = cancellation;
    this.view = repository.openView();
    this.marker = new Marker(view, marks, cancellation);
  }

  /// Takes in the snapshots and indexes that were committed since. The snapshots are listed before
  /// the indexes, so that every chunk of theirs is in one; and twice, because one that is left out
  /// is lost.
  void extend() throws IOException, CorruptData {
    progress.begin("marking", 0);
    List<Snapshot> added = new ArrayList<>();
    for (int time = 0; time < 2; time++) {
      Repository.Listing listing = repository.snapshots();
      for (Problem problem : listing.problems()) {
        throw new CannotCollect(problem);
      }
      for (Snapshot snapshot : listing.snapshots()) {
        if (snapshots.putIfAbsent(snapshot.id(), snapshot) == null) {
          added.add(snapshot);
        }
      }
    }
    int segmentsBefore = marks.segments().size();
    extendIndex();
    if (added.isEmpty() && marks.segments().size() == segmentsBefore) {
      return;
    }
    added.sort(
        Comparator.comparing(Snapshot::group)
            .thenComparing(Comparator.comparing(Snapshot::received).reversed()));
    for (Snapshot snapshot : added) {
      cancellation.check();
      mark(snapshot);
    }
    settle("a snapshot");
    markBases();
    failOnDamage();
  }

  /// What another collector took away because the snapshot was forgotten meanwhile is no damage.
  private void mark(Snapshot snapshot) throws IOException, CorruptData {
    try {
      marker.mark(snapshot);
    } catch (CannotCollect e) {
      if (repository.isThere(snapshot)) {
        throw e;
      }
      snapshots.remove(snapshot.id());
    }
  }

  /// Listed twice, because an index that is left out hides what is live; and again until every
  /// segment that counted could be opened, because a merge may replace some meanwhile.
  private void extendIndex() throws IOException, CorruptData {
    Set<ObjectId> opened = new HashSet<>();
    do {
      current = CommittedIndex.current(repository.packs());
      current.addAll(CommittedIndex.current(repository.packs()));
      view.committed().refresh();
      view.index().segments().forEach(segment -> opened.add(segment.id()));
      failOnDamage();
    } while (!opened.containsAll(current));
    for (Segment segment : view.index().segments()) {
      marks.add(segment);
    }
  }

  /// What a live delta was made against is live, unless the delta itself is gone: an index that two
  /// collectors rewrote at once may list packs that one of them removed.
  private void markBases() throws IOException, CorruptData {
    Set<ObjectId> there = new HashSet<>(repository.listPacks().keySet());
    there.addAll(repository.listPacks().keySet());
    for (Segment segment : allSegments()) {
      if (!segment.hasBases()) {
        continue;
      }
      Segment.Cursor cursor = segment.cursor();
      for (Location at = cursor.nextDelta(); at != null; at = cursor.nextDelta()) {
        ChunkId base = Objects.requireNonNull(at.base());
        if (there.contains(at.pack()) && marks.isMarked(segment, cursor.ordinal())) {
          marks.markLater(base);
        }
      }
    }
    settle("a delta");
  }

  /// A chunk that is missing ends the collection even where the snapshot that named it has been
  /// forgotten meanwhile: others that share its nodes were not looked at beneath them.
  private void settle(String neededBy) throws CorruptData, CannotCollect {
    Optional<ChunkId> missing = marks.settle();
    if (missing.isPresent()) {
      String chunk = missing.get().toString();
      throw new CannotCollect(new Problem.Missing("chunk", chunk, neededBy));
    }
  }

  private void failOnDamage() throws CannotCollect {
    for (Problem problem : view.committed().problems()) {
      throw new CannotCollect(problem);
    }
  }

  /// The index segments that count at present; others, which a merge has replaced, are looked at
  /// but tell nothing new.
  List<Segment> segments() {
    return marks.segments().stream().filter(segment -> current.contains(segment.id())).toList();
  }

  /// With those that were replaced.
  List<Segment> allSegments() {
    return marks.segments();
  }

  /// A walk over chunks that tells which are live.
  Copies copies() {
    return new Copies(marks, current);
  }

  boolean isLive(ChunkId id) throws CorruptData {
    return marks.isMarked(id);
  }

  View view() {
    return view;
  }

  List<Snapshot> snapshots() {
    return List.copyOf(snapshots.values());
  }

  /// The number of different nodes that were read.
  long nodes() {
    return marker.nodes();
  }

  @Override
  public void close() {
    marks.close();
    view.close();
  }
}
