package cairn.engine.repair;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Slice;
import cairn.engine.BlobReopener;
import cairn.engine.Cancellation;
import cairn.engine.Heartbeat;
import cairn.engine.ProcessLiveness;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.engine.repair.RepairReport.RepairedPack;
import cairn.engine.upkeep.RebuildIndex;
import cairn.engine.upkeep.RebuildReport;
import cairn.engine.verify.Check;
import cairn.engine.verify.CheckReport;
import cairn.engine.verify.CheckRequest;
import cairn.repository.Repository;
import cairn.repository.View;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.repository.session.Sessions;
import cairn.repository.session.WriteSession;
import cairn.storage.ObjectMissing;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Repairs what can be repaired and sets aside what cannot. Deletes nothing.
///
/// 1. Checks everything, the data of all packs included.
/// 2. Packs that parity brings back are replaced by what was written.
/// 3. Others are taken apart: what is good is stored anew, the index forgets the pack, the pack
///    goes into quarantine. So does a pack with deltas that were made against what is lost.
/// 4. The index is made anew where it is damaged.
/// 5. Walks the trees again, to tell what is lost. The next backup that comes upon a lost chunk
///    stores it.
///
/// Runs beside backups, collections and other repairs. A session is open all the while, so that no
/// collector decides by what it saw before a pack was set aside. It can be killed at any moment and
/// run again.
public final class Repair {
  private final Repository repository;
  private final Surroundings surroundings;
  private final Progress progress;
  private final Cancellation cancellation;
  private final Examination examination;
  private final Dismantling dismantling;
  private final Set<ObjectId> unsure = new HashSet<>();
  private final Set<Problem> leftAlone = new LinkedHashSet<>();
  private long chunksIndexed;
  private final List<RepairedPack> repaired = new ArrayList<>();
  private final List<ObjectId> quarantined = new ArrayList<>();

  public Repair(
      Repository repository,
      Surroundings surroundings,
      Progress progress,
      Cancellation cancellation) {
    this.repository = repository;
    this.surroundings = surroundings;
    this.progress = progress;
    this.cancellation = cancellation;
    this.examination = new Examination(repository);
    this.dismantling = new Dismantling(repository, this::openSession, cancellation, unsure);
  }

  /// @throws IOException when so much could not be read that nothing is known
  /// @throws Cancellation.Cancelled when a person wanted to stop
  /// @throws cairn.repository.session.SessionFenced when another process took this run for dead
  public RepairReport run() throws IOException, CorruptData {
    Instant started = surroundings.clock().instant();
    fenceDead();
    try (WriteSession guard = openSession();
        Heartbeat heartbeat = new Heartbeat()) {
      heartbeat.start(guard);
      CheckReport found = check(100);
      if (found.ok()) {
        guard.commitUploads();
        return RepairReport.nothingDone(found);
      }
      repairPacks(guard, found.suspects());
      leftAlone.addAll(dismantling.problems());
      CheckReport left = check(0);
      guard.commitUploads();
      Set<Problem> problems = new LinkedHashSet<>(leftAlone);
      problems.addAll(left.problems());
      return new RepairReport(
          found,
          left,
          List.copyOf(problems),
          repaired,
          quarantined,
          List.copyOf(dismantling.gone()),
          dismantling.chunksSaved(),
          chunksIndexed,
          chunksLost(),
          Duration.between(started, surroundings.clock().instant()).toMillis());
    }
  }

  /// What they left is nobody's then, and may be set aside.
  private void fenceDead() throws IOException {
    Sessions sessions = repository.sessions();
    new ProcessLiveness(sessions, surroundings).fenceDead(sessions, Set.of());
  }

  private CheckReport check(double percent) throws IOException, CorruptData {
    return new Check(repository, surroundings, progress, cancellation)
        .run(new CheckRequest(percent));
  }

  private void repairPacks(WriteSession guard, Set<ObjectId> suspects)
      throws IOException, CorruptData {
    Set<ObjectId> all = new TreeSet<>(suspects);
    Set<ObjectId> perhapsInUse = new TreeSet<>();
    addUnlisted(guard.id(), all, perhapsInUse);
    progress.begin("repairing packs", 0);
    Set<ObjectId> sound = new TreeSet<>();
    Set<ObjectId> broken = new TreeSet<>();
    for (ObjectId pack : all) {
      cancellation.check();
      switch (examination.of(pack)) {
        case Condition.Sound _ -> sound.add(pack);
        case Condition.Restored restored -> {
          restore(pack, restored);
          sound.add(pack);
        }
        case Condition.Broken _ when perhapsInUse.contains(pack) -> unsure.add(pack);
        case Condition.Broken _, Condition.Gone _ -> broken.add(pack);
        case Condition.Unknown unknown -> leave(pack, unknown);
      }
    }
    // Before deltas are told lost, because what they need is looked for in the index; and once more
    // when no damaged pack keeps a damaged index from being set aside.
    List<Problem> hindrances = rebuildIndex();
    takeApart(guard, broken);
    takeApart(guard, undecodable(sound));
    if (!hindrances.isEmpty()) {
      leftAlone.addAll(rebuildIndex());
    }
  }

  private List<Problem> rebuildIndex() throws IOException, CorruptData {
    RebuildReport report = new RebuildIndex(repository, surroundings, progress, cancellation).run();
    chunksIndexed += report.chunks();
    return report.problems();
  }

  /// Packs that no index lists, because it is damaged, or because a repair was killed. Those of
  /// sessions that are open are none of ours.
  ///
  /// @param perhapsInUse gets those whose session nobody can tell, while there are open ones
  private void addUnlisted(ObjectId self, Set<ObjectId> suspects, Set<ObjectId> perhapsInUse)
      throws IOException, CorruptData {
    Set<ObjectId> listed = new TreeSet<>(repository.listPacks().keySet());
    Set<ObjectId> open = new HashSet<>(repository.sessions().list(Sessions.State.OPEN));
    open.remove(self);
    listed.removeAll(Packing.indexed(repository));
    for (ObjectId pack : listed) {
      cancellation.check();
      try {
        long size = repository.storage().stat(Packs.name(pack)).size();
        PackDirectory directory = repository.packs().directory(pack, size);
        if (!open.contains(directory.session())) {
          suspects.add(pack);
        }
      } catch (CorruptData e) {
        suspects.add(pack);
        if (!open.isEmpty()) {
          perhapsInUse.add(pack);
        }
      } catch (ObjectMissing e) {
        // a collector was faster
      } catch (IOException e) {
        suspects.add(pack);
        perhapsInUse.add(pack);
      }
    }
  }

  private void leave(ObjectId pack, Condition.Unknown unknown) {
    unsure.add(pack);
    leftAlone.add(unknown.problem());
  }

  /// When it is not what was found any more, another repair was faster.
  private void restore(ObjectId pack, Condition.Restored restored) throws IOException {
    Slice bytes = restored.contents().bytes();
    byte[] written =
        Arrays.copyOfRange(bytes.bytes(), bytes.offset(), bytes.offset() + bytes.length());
    try {
      if (repository.restorePack(pack, restored.found().bytes(), written, surroundings.chance())) {
        repaired.add(new RepairedPack(pack, restored.shards()));
      }
    } catch (ObjectMissing e) {
      // a collector was faster
    }
  }

  /// Sound packs with blobs that do not decode: deltas that were made against what is lost.
  private Set<ObjectId> undecodable(Set<ObjectId> packs) throws IOException, CorruptData {
    Set<ObjectId> undecodable = new TreeSet<>();
    try (View view = repository.openView();
        BlobReopener blobs = new BlobReopener(repository.protection(), view.newReader())) {
      view.committed().leaveOutDamaged(); // what they hide is in the index that was made anew
      for (ObjectId pack : packs) {
        cancellation.check();
        try {
          if (examination.of(pack) instanceof Condition.Sound sound
              && !Examination.decodes(sound.contents(), blobs, unsure)) {
            undecodable.add(pack);
          }
        } catch (IOException e) {
          leave(pack, Examination.unknown(pack, String.valueOf(e.getMessage())));
        }
      }
    }
    return undecodable;
  }

  private void takeApart(WriteSession guard, Set<ObjectId> packs) throws IOException, CorruptData {
    if (packs.isEmpty()) {
      return;
    }
    progress.begin("saving what is good", 0);
    Set<ObjectId> replaced = dismantling.run(packs);
    guard.touch(); // nothing is set aside by a run that was taken for dead
    for (ObjectId index : replaced) {
      repository.quarantineIndex(index);
    }
    for (ObjectId pack : packs) {
      if (!unsure.contains(pack) && repository.quarantinePack(pack, surroundings.chance())) {
        quarantined.add(pack);
      }
    }
  }

  private long chunksLost() throws IOException, CorruptData {
    Set<ObjectId> there = repository.listPacks().keySet();
    try (View view = repository.openView()) {
      long lost = 0;
      for (ChunkId chunk : dismantling.unsaved()) {
        if (!Packing.isThere(chunk, view.committed(), there)) {
          lost++;
        }
      }
      return lost;
    }
  }

  private WriteSession openSession() throws IOException, CorruptData {
    return surroundings.openSession(repository);
  }
}
