package cairn.engine.collect;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.engine.collect.Census.Use;
import cairn.repository.Repository;
import cairn.repository.pack.PackDirectory;
import cairn.repository.session.Sessions;
import cairn.repository.write.PackWriter;
import cairn.storage.ObjectMissing;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Works out which packs are to go.
final class Planner {
  /// So many small packs are worth to be made into large ones.
  private static final int SMALL_PACKS_MAX = 64;

  /// Which part of a full one a small pack does not reach.
  private static final int SMALL_PART = 4;

  private final Repository repository;
  private final CollectRequest request;
  private final Map<ObjectId, Entry> packs;
  private final Census census;
  private final Set<ObjectId> dead = new HashSet<>();
  private final Set<ObjectId> spare = new HashSet<>();
  private final Set<ObjectId> sparse = new HashSet<>();
  private final List<String> notes = new ArrayList<>();
  private long pendingBytes;
  private long copyBytes;

  /// @param packs that are there
  Planner(
      Repository repository, CollectRequest request, Map<ObjectId, Entry> packs, Census census) {
    this.repository = repository;
    this.request = request;
    this.packs = new TreeMap<>(packs);
    this.census = census;
  }

  /// @param listedBefore packs that were listed before the indexes were read: one of them that no
  ///   index lists is not merely younger than the index
  Plan plan(Set<ObjectId> listedBefore) throws IOException, CorruptData {
    census
        .uses()
        .forEach((pack, use) -> {
          if (use.needed == 0) {
            (use.spare == 0 ? dead : spare).add(pack);
          }
        });
    new Unlisted().sort(listedBefore);
    chooseSparse();
    long goingBytes = 0;
    long garbageBytes = 0;
    for (Map.Entry<ObjectId, Entry> listed : packs.entrySet()) {
      ObjectId pack = listed.getKey();
      Entry entry = listed.getValue();
      Use use = census.uses().get(pack);
      boolean all = dead.contains(pack) || spare.contains(pack);
      goingBytes += all || sparse.contains(pack) ? entry.size() : 0;
      garbageBytes += all ? entry.size() : use == null ? 0 : use.dead + use.spare;
    }
    long packBytes = packs.values().stream().mapToLong(Entry::size).sum();
    return new Plan(
        dead, spare, sparse, packBytes, goingBytes, copyBytes, garbageBytes, pendingBytes, notes);
  }

  private void chooseSparse() {
    List<Map.Entry<ObjectId, Use>> mixed = new ArrayList<>();
    List<Map.Entry<ObjectId, Use>> small = new ArrayList<>();
    long bytes = 0;
    long unused = 0;
    for (Map.Entry<ObjectId, Use> pack : census.uses().entrySet()) {
      Use use = pack.getValue();
      Entry entry = packs.get(pack.getKey());
      if (use.needed == 0 || entry == null) {
        continue;
      }
      bytes += use.bytes();
      unused += use.dead + use.spare;
      if (use.dead + use.spare > 0) {
        mixed.add(pack);
      }
      if (entry.size() < repository.config().layout().packTargetBytes() / SMALL_PART
          && use.count < PackWriter.BLOBS_MAX / SMALL_PART) {
        small.add(pack);
      }
    }
    mixed.sort(
        Comparator.comparingDouble(
            pack -> (double) pack.getValue().needed / pack.getValue().bytes()));
    long allowed = (long) (bytes * request.unusedPercent() / 100);
    for (Map.Entry<ObjectId, Use> pack : mixed) {
      if (unused > allowed && choose(pack)) {
        unused -= pack.getValue().dead + pack.getValue().spare;
      }
    }
    if (small.size() > SMALL_PACKS_MAX) {
      small.forEach(this::choose);
    }
  }

  private boolean choose(Map.Entry<ObjectId, Use> pack) {
    if (copyBytes + pack.getValue().needed > request.repackBytesMax()
        || !sparse.add(pack.getKey())) {
      return false;
    }
    copyBytes += pack.getValue().needed;
    return true;
  }

  /// Sorts out the packs that no index lists, by the session that wrote them.
  private final class Unlisted {
    private final Set<ObjectId> open;
    private final Set<ObjectId> fenced;
    private final Set<ObjectId> committed;
    private long uncounted;

    /// In this order: a session that ends meanwhile is in one of the later lists.
    Unlisted() throws IOException {
      Sessions sessions = repository.sessions();
      open = new HashSet<>(sessions.list(Sessions.State.OPEN));
      open.addAll(sessions.list(Sessions.State.OPEN));
      fenced = new HashSet<>(sessions.list(Sessions.State.FENCED));
      committed = new HashSet<>(sessions.list(Sessions.State.COMMITTED));
    }

    void sort(Set<ObjectId> listedBefore) throws IOException {
      Instant newest =
          packs.values().stream().map(Entry::modified).max(Instant::compareTo).orElse(Instant.MIN);
      for (Map.Entry<ObjectId, Entry> pack : packs.entrySet()) {
        if (!census.uses().containsKey(pack.getKey()) && listedBefore.contains(pack.getKey())) {
          sort(pack.getKey(), pack.getValue(), newest);
        }
      }
      if (uncounted > 0) {
        notes.add(
            uncounted
                + " packs of committed sessions are in no index and stay: run 'cairn"
                + " rebuild-index'");
      }
    }

    private void sort(ObjectId pack, Entry entry, Instant newest) throws IOException {
      ObjectId session;
      try {
        PackDirectory directory = repository.packs().directory(pack, entry.size());
        session = directory.session();
      } catch (CorruptData e) {
        notes.add("a pack that no index lists is damaged and stays: " + e.problem().message());
        return;
      } catch (ObjectMissing e) {
        return; // another collector was faster
      }
      boolean young = entry.modified().plus(request.keepUploads()).isAfter(newest);
      if (committed.contains(session)) {
        uncounted++;
      } else if (open.contains(session) || (young && fenced.contains(session))) {
        pendingBytes += entry.size();
      } else {
        dead.add(pack);
      }
    }
  }
}
