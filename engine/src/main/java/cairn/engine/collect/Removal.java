package cairn.engine.collect;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.engine.Heartbeat;
import cairn.engine.Progress;
import cairn.repository.Repository;
import cairn.repository.index.Carried;
import cairn.repository.index.Index;
import cairn.repository.index.Segment;
import cairn.repository.pack.Packs;
import cairn.repository.session.Tombstone;
import cairn.repository.session.Tombstones;
import cairn.repository.session.WriteSession;
import cairn.storage.ObjectMissing;
import cairn.storage.Storage;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Carries out what is decided: index entries of doomed packs first, then the packs, then their
/// tombstones. Each step may be done by several collectors, and again after a crash.
final class Removal {
  /// A segment is merged into one that is written anyway unless it is this many times as large.
  private static final int MERGE_RATIO = 2;

  /// From so many segments on they are merged though nothing was removed.
  private static final int SEGMENTS_MAX = 8;

  private final Repository repository;
  private final Opening opening;
  private final Progress progress;
  private boolean begun;
  private long packsRemoved;
  private long bytesRemoved;

  /// Opens a session of this collector.
  interface Opening {
    WriteSession open() throws IOException, CorruptData;
  }

  Removal(Repository repository, Opening opening, Progress progress) {
    this.repository = repository;
    this.opening = opening;
    this.progress = progress;
  }

  void run(List<Tombstone> doomed) throws IOException, CorruptData {
    begun = true;
    Set<ObjectId> packs = new LinkedHashSet<>();
    doomed.forEach(tombstone -> packs.addAll(tombstone.packs()));
    rewriteIndexes(packs);
    removePacks(packs);
    Tombstones tombstones = repository.tombstones();
    for (Tombstone tombstone : doomed) {
      tombstones.drop(tombstone);
    }
  }

  /// The new index is committed before the old ones go, so that at every moment each chunk is in
  /// one.
  private void rewriteIndexes(Set<ObjectId> packs) throws IOException, CorruptData {
    progress.begin("rewriting the index", 0);
    try (WriteSession session = opening.open()) {
      for (Problem problem : session.warnings()) {
        throw new CannotCollect(problem);
      }
      List<Segment> old = replaced(session, packs);
      rewrite(old, packs, session);
      for (Segment segment : old) {
        repository.storage().delete(Index.name(segment.id()));
      }
    }
  }

  private static void rewrite(List<Segment> old, Set<ObjectId> packs, WriteSession session)
      throws IOException, CorruptData {
    try (Heartbeat heartbeat = new Heartbeat()) {
      heartbeat.start(session);
      if (!old.isEmpty()) {
        session.carry(new Carried(old, packs));
      }
      session.commitUploads();
    }
  }

  /// The segments that list packs which go, and so many others that sizes stay far apart: then
  /// there are few, and each entry is rewritten seldom. Where another collector is about to
  /// rewrite, it is left to it.
  private static List<Segment> replaced(WriteSession session, Set<ObjectId> packs) {
    List<Segment> segments = session.index().segments();
    Set<Segment> chosen = new LinkedHashSet<>();
    long entries = 0;
    for (Segment segment : segments) {
      if (segment.packs().stream().anyMatch(packs::contains)) {
        chosen.add(segment);
        entries += segment.size();
      }
    }
    if (chosen.isEmpty() && segments.size() <= SEGMENTS_MAX) {
      return List.of();
    }
    List<Segment> others =
        segments.stream()
            .filter(segment -> !chosen.contains(segment))
            .filter(segment -> segment.packs().stream().noneMatch(session.going()::contains))
            .sorted(Comparator.comparingLong(Segment::size))
            .collect(Collectors.toList());
    for (Segment segment : others) {
      if (entries == 0 || segment.size() <= entries * MERGE_RATIO) {
        chosen.add(segment);
        entries += segment.size();
      }
    }
    return List.copyOf(chosen);
  }

  private void removePacks(Set<ObjectId> packs) throws IOException {
    Storage storage = repository.storage();
    progress.begin("removing packs", 0);
    for (ObjectId pack : new HashSet<>(packs)) {
      long size;
      try {
        size = storage.stat(Packs.name(pack)).size();
      } catch (ObjectMissing e) {
        continue; // another collector was faster
      }
      if (storage.delete(Packs.name(pack))) {
        packsRemoved++;
        bytesRemoved += size;
        progress.advance(size);
      }
    }
  }

  /// Whether anything may have been deleted.
  boolean hasBegun() {
    return begun;
  }

  long packsRemoved() {
    return packsRemoved;
  }

  long bytesRemoved() {
    return bytesRemoved;
  }
}
