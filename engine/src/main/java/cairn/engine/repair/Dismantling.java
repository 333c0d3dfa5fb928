package cairn.engine.repair;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.engine.BlobReopener;
import cairn.engine.Cancellation;
import cairn.engine.Heartbeat;
import cairn.engine.repair.Condition.Contents;
import cairn.repository.Repository;
import cairn.repository.index.Carried;
import cairn.repository.index.Index;
import cairn.repository.index.Location;
import cairn.repository.index.Segment;
import cairn.repository.pack.Blob;
import cairn.repository.pack.PackDirectory;
import cairn.repository.read.ChunkReader;
import cairn.repository.session.WriteSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Takes packs apart that cannot be repaired: stores anew what is good in them, takes them out of
/// the index, then sets them aside. In this order: a chunk that is good has a place at every
/// moment.
final class Dismantling {
  private final Repository repository;
  private final Opening opening;
  private final Cancellation cancellation;
  private final Examination examination;
  private final Set<ObjectId> unsure;
  private final Set<ObjectId> gone = new TreeSet<>();
  private final Set<ChunkId> unsaved = new HashSet<>();
  private final List<Problem> problems = new ArrayList<>();
  private long chunksSaved;

  /// Opens a session of this run.
  interface Opening {
    WriteSession open() throws IOException, CorruptData;
  }

  /// @param unsure packs that could not be read: no proof that a chunk is elsewhere. Grows by what
  ///   turns out to be so
  Dismantling(
      Repository repository, Opening opening, Cancellation cancellation, Set<ObjectId> unsure) {
    this.repository = repository;
    this.opening = opening;
    this.cancellation = cancellation;
    this.examination = new Examination(repository);
    this.unsure = unsure;
  }

  /// Copies what is good out of the packs, first what stands by itself, then deltas, which may have
  /// been made against it; and takes the packs out of the index.
  ///
  /// @return the index segments that are not needed any more, for the caller to set aside
  Set<ObjectId> run(Set<ObjectId> packs) throws IOException, CorruptData {
    Set<ObjectId> replaced = new TreeSet<>();
    for (boolean deltas : new boolean[] {false, true}) {
      try (WriteSession session = opening.open();
          Heartbeat heartbeat = new Heartbeat()) {
        heartbeat.start(session);
        Set<ObjectId> avoided = new HashSet<>(packs);
        avoided.addAll(unsure);
        session.avoid(avoided);
        copyAll(session, packs, deltas);
        if (deltas) {
          takeOut(session, packs).forEach(segment -> replaced.add(segment.id()));
        }
        session.commitUploads();
      }
    }
    return replaced;
  }

  private void copyAll(WriteSession session, Set<ObjectId> packs, boolean deltas)
      throws IOException, CorruptData {
    Map<ObjectId, Set<Location>> listed = listed(session.index(), packs);
    session.leaveOutDamagedIndexes(); // what they hide is in the index that was made anew
    ChunkReader bases =
        new ChunkReader(repository.storage(), session.index(), repository.protection());
    try (BlobReopener blobs = new BlobReopener(repository.protection(), bases)) {
      for (ObjectId pack : packs) {
        cancellation.check();
        if (!unsure.contains(pack)) {
          Rescue rescue = new Rescue(session, blobs, deltas);
          copy(rescue, pack, listed.getOrDefault(pack, Set.of()));
        }
      }
    }
  }

  /// What the index lists in packs: it tells where blobs lie in a pack whose directory is lost.
  private static Map<ObjectId, Set<Location>> listed(Index index, Set<ObjectId> packs) {
    Map<ObjectId, Set<Location>> listed = new HashMap<>();
    for (Segment segment : index.segments()) {
      if (segment.packs().stream().anyMatch(packs::contains)) {
        try {
          addListed(segment, packs, listed);
        } catch (CorruptData e) {
          // what it told before the damage is true
        }
      }
    }
    return listed;
  }

  private static void addListed(
      Segment segment, Set<ObjectId> packs, Map<ObjectId, Set<Location>> listed)
      throws CorruptData {
    Segment.Cursor cursor = segment.cursor();
    for (Location at = cursor.next(); at != null; at = cursor.next()) {
      if (packs.contains(at.pack())) {
        listed.computeIfAbsent(at.pack(), pack -> new LinkedHashSet<>()).add(at);
      }
    }
  }

  /// What it takes to copy blobs of one kind.
  private record Rescue(WriteSession session, BlobReopener blobs, boolean deltas) {
    /// A copy in a pack that nothing is wrong with.
    boolean isElsewhere(Location at) {
      return at.base() == null ? session.findPlain(at.id()) != null : session.find(at.id()) != null;
    }
  }

  private void copy(Rescue rescue, ObjectId pack, Set<Location> listed)
      throws IOException, CorruptData {
    switch (examination.of(pack)) {
      case Condition.Sound sound -> copy(rescue, sound.contents(), listed);
      case Condition.Restored restored -> copy(rescue, restored.contents(), listed);
      case Condition.Broken broken -> copy(rescue, broken.contents(), listed);
      case Condition.Gone _ -> {
        gone.add(pack);
        listed.forEach(at -> unsaved.add(at.id()));
      }
      case Condition.Unknown unknown -> leave(pack, unknown);
    }
  }

  private void leave(ObjectId pack, Condition.Unknown unknown) {
    unsure.add(pack);
    problems.add(unknown.problem());
  }

  private void copy(Rescue rescue, Contents contents, Set<Location> listed)
      throws IOException, CorruptData {
    for (Location at : contents.directory().map(Dismantling::locations).orElse(listed)) {
      if ((at.base() != null) == rescue.deltas && !rescue.isElsewhere(at)) {
        Blob blob;
        try {
          blob = Examination.reopen(contents, at, rescue.blobs, unsure);
        } catch (CorruptData e) {
          unsaved.add(at.id());
          continue;
        } catch (IOException e) {
          leave(at.pack(), Examination.unknown(at.pack(), String.valueOf(e.getMessage())));
          return;
        }
        if (rescue.session.claim(at.id())) {
          rescue.session.append(at.content(), blob);
          chunksSaved++;
        }
      }
    }
  }

  private static Set<Location> locations(PackDirectory directory) {
    Set<Location> all = new LinkedHashSet<>();
    directory
        .entries()
        .forEach(entry -> all.add(Location.of(directory.pack(), directory.content(), entry)));
    return all;
  }

  /// Damaged segments are left to those who make the index anew.
  private List<Segment> takeOut(WriteSession session, Set<ObjectId> packs) {
    Set<ObjectId> out = new HashSet<>(packs);
    out.removeAll(unsure);
    List<Segment> old =
        session.index().segments().stream()
            .filter(segment -> segment.packs().stream().anyMatch(out::contains))
            .toList();
    if (!old.isEmpty()) {
      session.carry(new Carried(old, out));
    }
    return old;
  }

  /// Packs that turned out not to be there.
  Set<ObjectId> gone() {
    return gone;
  }

  /// Chunks of which a copy was not saved; another one may be found.
  Set<ChunkId> unsaved() {
    return unsaved;
  }

  /// What was left alone, and why.
  List<Problem> problems() {
    return problems;
  }

  long chunksSaved() {
    return chunksSaved;
  }
}
