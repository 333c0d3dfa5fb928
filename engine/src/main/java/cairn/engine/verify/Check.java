package cairn.engine.verify;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.engine.Cancellation;
import cairn.engine.Pipeline;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.repository.Repository;
import cairn.repository.View;
import cairn.repository.index.Location;
import cairn.repository.index.Segment;
import cairn.repository.session.CommittedIndex;
import cairn.repository.session.Sessions;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.ObjectMissing;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Checks a repository: sessions, pins, indexes, packs, trees, in this order, so that damage found
/// below is told of in terms of the snapshots that it costs. Changes nothing. Runs beside backups:
/// what is committed while it runs is not looked at.
public final class Check {
  private final Repository repository;
  private final Surroundings surroundings;
  private final Progress progress;
  private final Cancellation cancellation;
  private final Findings findings = new Findings();
  private final List<String> notes = new ArrayList<>();
  private final Set<ObjectId> uncounted = new HashSet<>();
  private final Set<ObjectId> missingPacks = new TreeSet<>();
  private int segmentsCounted;
  private long packsChecked;
  private long chunks;
  private long bytesRead;

  public Check(
      Repository repository,
      Surroundings surroundings,
      Progress progress,
      Cancellation cancellation) {
    this.repository = repository;
    this.surroundings = surroundings;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /// @throws IOException when so much could not be read that nothing is known
  /// @throws Cancellation.Cancelled when a person wanted to stop
  public CheckReport run(CheckRequest request) throws IOException, CorruptData {
    Instant started = surroundings.clock().instant();
    Repository.Listing listing = repository.snapshots();
    listing.problems().forEach(findings::add);
    checkSessions();
    repository.pins().read().problems().forEach(findings::add);
    try (View view = repository.openView()) {
      Map<ObjectId, Long> indexed = checkIndexes(view);
      checkPacks(view, indexed, request.readDataPercent());
      progress.begin("checking trees", 0);
      TreeVerifier trees = new TreeVerifier(view, findings, cancellation);
      for (Snapshot snapshot : listing.snapshots().reversed()) {
        trees.run(snapshot);
      }
      view.committed().problems().forEach(findings::add);
      judgeMissing();
      long millis = Duration.between(started, surroundings.clock().instant()).toMillis();
      return new CheckReport(
          findings.problems(),
          notes,
          listing.snapshots().size(),
          trees.nodes(),
          packsChecked,
          chunks,
          bytesRead,
          findings.suspects(),
          millis);
    }
  }

  private void checkSessions() throws IOException, CorruptData {
    Sessions sessions = repository.sessions();
    for (Sessions.State state : Sessions.State.values()) {
      for (ObjectId id : sessions.list(state)) {
        readSession(sessions, state, id);
      }
    }
  }

  private void readSession(Sessions sessions, Sessions.State state, ObjectId id)
      throws IOException {
    try {
      sessions.read(state, id);
    } catch (CorruptData e) {
      findings.add(e.problem());
    } catch (ObjectMissing e) {
      return; // it has ended meanwhile
    }
  }

  /// Checks every page of every segment.
  ///
  /// @return how many entries there are for each pack
  private Map<ObjectId, Long> checkIndexes(View view) throws IOException {
    progress.begin("checking indexes", 0);
    Map<ObjectId, Long> indexed = new HashMap<>();
    segmentsCounted = view.index().segments().size();
    for (Segment segment : view.index().segments()) {
      cancellation.check();
      segment.packs().forEach(pack -> indexed.putIfAbsent(pack, 0L));
      try {
        segment.check();
        Segment.Cursor cursor = segment.cursor();
        for (Location at = cursor.next(); at != null; at = cursor.next()) {
          indexed.merge(at.pack(), 1L, Long::sum);
        }
      } catch (CorruptData e) {
        findings.add(e.problem());
        uncounted.addAll(segment.packs());
      }
    }
    return indexed;
  }

  private void checkPacks(View view, Map<ObjectId, Long> indexed, double readDataPercent)
      throws IOException, CorruptData {
    Map<ObjectId, Long> listed = new TreeMap<>();
    repository.listPacks().forEach((pack, entry) -> listed.put(pack, entry.size()));
    findMissing(view, indexed.keySet(), listed.keySet());
    noteUnused(indexed, listed);
    listed.keySet().retainAll(indexed.keySet());
    Set<ObjectId> readData = choose(listed.keySet(), readDataPercent);
    progress.begin(
        readData.isEmpty() ? "checking packs" : "reading packs",
        readData.stream().mapToLong(pack -> listed.getOrDefault(pack, 0L)).sum());
    ConcurrentLinkedQueue<PackVerifier> idle = new ConcurrentLinkedQueue<>();
    try (Pipeline<PackVerifier.Tally> pipeline =
        new Pipeline<>(surroundings.threads(), surroundings.threads() * 2, this::count)) {
      for (Map.Entry<ObjectId, Long> pack : listed.entrySet()) {
        cancellation.check();
        long entries =
            uncounted.contains(pack.getKey()) ? -1 : indexed.getOrDefault(pack.getKey(), 0L);
        boolean read = readData.contains(pack.getKey());
        pipeline.submit(
            () -> verify(view, idle, v -> v.run(pack.getKey(), pack.getValue(), entries, read)));
      }
      pipeline.drain();
    } finally {
      idle.forEach(PackVerifier::close);
    }
  }

  private interface Verification {
    PackVerifier.Tally run(PackVerifier verifier) throws IOException, CorruptData;
  }

  private PackVerifier.Tally verify(
      View view, ConcurrentLinkedQueue<PackVerifier> idle, Verification verification)
      throws IOException, CorruptData {
    cancellation.check();
    PackVerifier verifier = idle.poll();
    if (verifier == null) {
      verifier = new PackVerifier(view, findings, segmentsCounted);
    }
    try {
      return verification.run(verifier);
    } finally {
      idle.add(verifier);
    }
  }

  private void count(PackVerifier.Tally tally) {
    packsChecked++;
    bytesRead += tally.bytesRead();
    chunks += tally.chunks();
    progress.advance(tally.bytesRead());
  }

  /// A pack that is not there may have been moved by a collector since the indexes were read: then
  /// none lists it any more.
  private void findMissing(View view, Set<ObjectId> indexed, Set<ObjectId> listed)
      throws IOException, CorruptData {
    Set<ObjectId> gone = new TreeSet<>(indexed);
    gone.removeAll(listed);
    if (gone.isEmpty()) {
      return;
    }
    gone.forEach(findings::missing);
    Set<ObjectId> stillListed = listedNow(view);
    gone.stream().filter(stillListed::contains).forEach(missingPacks::add);
  }

  private Set<ObjectId> listedNow(View view) throws IOException, CorruptData {
    view.committed().refresh();
    Set<ObjectId> current = CommittedIndex.current(repository.packs());
    Set<ObjectId> packs = new HashSet<>();
    for (Segment segment : view.index().segments()) {
      if (current.contains(segment.id())) {
        packs.addAll(segment.packs());
      }
    }
    return packs;
  }

  /// A missing pack is damage when something is lost with it. When nothing is, a collector was
  /// stopped between two steps, and the next one goes on.
  private void judgeMissing() {
    if (!findings.isClean()) {
      missingPacks.forEach(
          pack -> findings.add(new Problem.Missing("pack", pack.toString(), "the index")));
    } else if (!missingPacks.isEmpty()) {
      notes.add(
          missingPacks.size()
              + " packs that an index lists are not there, and nothing needs them; the next garbage"
              + " collection takes them out");
    }
  }

  private void noteUnused(Map<ObjectId, Long> indexed, Map<ObjectId, Long> listed) {
    long unused = listed.keySet().stream().filter(pack -> !indexed.containsKey(pack)).count();
    if (unused > 0) {
      notes.add(
          unused
              + " packs are in no index: of a backup that runs now or that was broken off; the next"
              + " backup or garbage collection takes care of them");
    }
  }

  private Set<ObjectId> choose(Set<ObjectId> packs, double percent) {
    Set<ObjectId> chosen = new HashSet<>();
    for (ObjectId pack : packs) {
      if (percent >= 100 || surroundings.chance().nextDouble() * 100 < percent) {
        chosen.add(pack);
      }
    }
    return chosen;
  }
}
