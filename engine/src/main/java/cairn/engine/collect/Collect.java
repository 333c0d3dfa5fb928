package cairn.engine.collect;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.engine.Cancellation;
import cairn.engine.Heartbeat;
import cairn.engine.Liveness;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.engine.collect.CollectReport.Changes;
import cairn.repository.Repository;
import cairn.repository.session.Tombstone;
import cairn.repository.session.Tombstones;
import cairn.repository.session.WriteSession;
import cairn.storage.Probe;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Garbage collection, beside writers, readers and other collectors; it can be killed at any moment
/// and run again.
///
/// 1. Marks what snapshots reach, and plans. Anything damaged or unreadable ends the run here.
/// 2. Copies what is live out of sparse packs, as an ordinary session.
/// 3. Publishes a tombstone with all packs that may go. Sessions that begin from here on know of
///    it.
/// 4. Waits until all other sessions have ended, or fences the dead.
/// 5. Marks what they committed, and takes out of the list what is needed now.
/// 6. Decides, by compare-and-set of the tombstone.
/// 7. Removes index entries, then packs, then the tombstone.
///
/// Tombstones that others left are taken through 4 to 7 first. No clock and no lock has a part in
/// this; see the page on the protocol in the design.
public final class Collect {
  private static final int ATTEMPTS = 5;

  private final Repository repository;
  private final Surroundings surroundings;
  private final Progress progress;
  private final Cancellation cancellation;
  private final Patience patience;
  private final Waiting waiting;
  private final Removal removal;
  private long packsKept;

  /// What a collector needs to wait for others.
  ///
  /// @param liveness tells which of them are dead
  /// @param clearance awaited before the first change
  public record Patience(Liveness liveness, Probe.Sleeper sleeper, Clearance clearance) {}

  /// Whether the storage may be changed, which somebody finds out beside the marking.
  public interface Clearance {
    /// Nothing stands against it.
    Clearance GIVEN = () -> {};

    /// @throws IOException when it may not
    void await() throws IOException;
  }

  public Collect(
      Repository repository,
      Surroundings surroundings,
      Patience patience,
      Progress progress,
      Cancellation cancellation) {
    this.repository = repository;
    this.surroundings = surroundings;
    this.progress = progress;
    this.cancellation = cancellation;
    this.patience = patience;
    this.waiting =
        new Waiting(
            repository.sessions(), patience.liveness, patience.sleeper, progress, cancellation);
    this.removal = new Removal(repository, this::openSession, progress);
  }

  /// @param whenPlanned told of the plan before anything is done
  /// @throws CannotCollect when something is damaged or unreadable; nothing was deleted
  /// @throws TooMuch when more is garbage than one run may delete; nothing was deleted
  /// @throws cairn.repository.session.SessionFenced when another process took this run for dead
  public CollectReport run(CollectRequest request, PlanListener whenPlanned)
      throws IOException, CorruptData {
    Instant started = surroundings.clock().instant();
    for (int attempt = 1; ; attempt++) {
      try {
        CollectReport done = runOnce(request, whenPlanned);
        long millis = Duration.between(started, surroundings.clock().instant()).toMillis();
        return done.within(millis);
      } catch (CannotCollect e) {
        // What is missing may belong to a snapshot that was forgotten since, or have been moved.
        if (!(e.problem() instanceof Problem.Missing) || attempt == ATTEMPTS) {
          throw e;
        }
      } catch (CorruptData e) {
        if (removal.hasBegun()) {
          throw e;
        }
        throw new CannotCollect(e.problem());
      }
    }
  }

  private CollectReport runOnce(CollectRequest request, PlanListener whenPlanned)
      throws IOException, CorruptData {
    Set<ObjectId> listedBefore = repository.listPacks().keySet();
    try (Reach reach = new Reach(repository, progress, cancellation)) {
      reach.extend();
      if (!request.dryRun()) {
        patience.clearance.await();
        patience.liveness.fenceDead(repository.sessions(), Set.of());
        finishOthers(reach);
      }
      progress.begin("planning", 0);
      Map<ObjectId, Entry> packs = repository.listPacks();
      Census census = Census.of(reach, packs.keySet());
      Plan plan = new Planner(repository, request, packs, census).plan(listedBefore);
      CollectReport planned = planned(request, census.found(reach, plan), plan);
      whenPlanned.planned(planned);
      return request.dryRun() ? planned : planned.after(carryOut(request, reach, plan));
    }
  }

  private static CollectReport planned(
      CollectRequest request, CollectReport.Found found, Plan plan) {
    Changes changes =
        new Changes(
            plan.going().size(), plan.sparse().size(), plan.copyBytes(), plan.freedBytes(), 0);
    return new CollectReport(request.dryRun(), found, changes, plan.notes(), 0);
  }

  /// Told of what a collection means to do.
  public interface PlanListener {
    void planned(CollectReport plan);
  }

  private Changes carryOut(CollectRequest request, Reach reach, Plan plan)
      throws IOException, CorruptData {
    if (plan.freedBytes() * 100.0 > plan.packBytes() * request.deletionPercentMax()) {
      throw new TooMuch(plan.freedBytes(), plan.packBytes(), request.deletionPercentMax());
    }
    long copied = repack(reach, plan);
    Set<ObjectId> going = plan.going();
    List<Tombstone> doomed = new ArrayList<>();
    if (!going.isEmpty()) {
      Tombstone mine = Tombstone.candidate(ObjectId.random(surroundings.chance()), going);
      repository.tombstones().publish(mine);
      boolean alone = isAlone(mine);
      waiting.run();
      reach.extend();
      doom(mine, keepers(going, alone), reach).ifPresent(doomed::add);
    }
    removal.run(doomed);
    new Tidy(repository).run();
    return new Changes(
        removal.packsRemoved(),
        plan.sparse().size(),
        copied,
        removal.bytesRemoved() - copied,
        packsKept);
  }

  private long repack(Reach reach, Plan plan) throws IOException, CorruptData {
    if (plan.sparse().isEmpty()) {
      return 0;
    }
    Map<ObjectId, Long> packs = new TreeMap<>();
    repository.listPacks().forEach((pack, entry) -> packs.put(pack, entry.size()));
    packs.keySet().retainAll(plan.sparse());
    try (WriteSession session = openSession();
        Heartbeat heartbeat = new Heartbeat();
        Repack repack = new Repack(repository, reach, session, progress, cancellation)) {
      heartbeat.start(session);
      session.avoid(plan.going());
      repack.run(packs);
      session.commitUploads();
      return repack.bytesCopied();
    }
  }

  /// Whether there is no other tombstone. Of two collectors that publish at once, at most one is
  /// alone; and one that comes later finds this one's.
  private boolean isAlone(Tombstone mine) throws IOException, CorruptData {
    Tombstones tombstones = repository.tombstones();
    List<Tombstone> all = new ArrayList<>(tombstones.list());
    all.addAll(tombstones.list());
    return all.stream().allMatch(tombstone -> tombstone.id().equals(mine.id()));
  }

  private Set<ObjectId> keepers(Set<ObjectId> going, boolean alone) throws IOException {
    if (!alone) {
      return Set.of();
    }
    Set<ObjectId> keepers = new HashSet<>(repository.listPacks().keySet());
    keepers.removeAll(going);
    return keepers;
  }

  /// What others left behind is decided once more, by this one's marks, if it is not decided yet.
  private void finishOthers(Reach reach) throws IOException, CorruptData {
    List<Tombstone> others = repository.tombstones().list();
    if (others.isEmpty()) {
      return;
    }
    List<Tombstone> doomed = new ArrayList<>();
    if (others.stream().anyMatch(each -> each.state() == Tombstone.State.CANDIDATE)) {
      waiting.run();
      reach.extend();
    }
    for (Tombstone other : others) {
      if (other.state() == Tombstone.State.DOOMED) {
        doomed.add(other);
      } else {
        doom(other, Set.of(), reach).ifPresent(doomed::add);
      }
    }
    removal.run(doomed);
    reach.extend();
  }

  /// @return what is decided, by this collector or by one that was faster
  private Optional<Tombstone> doom(Tombstone candidate, Set<ObjectId> keepers, Reach reach)
      throws IOException, CorruptData {
    progress.begin("deciding", 0);
    Set<ObjectId> going = new HashSet<>(candidate.packs());
    Set<ObjectId> certain = Certainty.of(reach, going, keepers);
    packsKept += going.size() - certain.size();
    ObjectId author = ObjectId.random(surroundings.chance());
    return repository.tombstones().doom(candidate, candidate.doomed(author, certain));
  }

  private WriteSession openSession() throws IOException, CorruptData {
    return surroundings.openSession(repository);
  }
}
