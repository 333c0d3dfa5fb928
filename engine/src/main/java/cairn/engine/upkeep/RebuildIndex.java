package cairn.engine.upkeep;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.engine.Cancellation;
import cairn.engine.Heartbeat;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.repository.Repository;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.repository.session.ObjectNames;
import cairn.repository.session.Sessions;
import cairn.repository.session.WriteSession;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Lists again what packs hold and no undamaged index lists, as an ordinary session without a
/// snapshot. Then sets damaged index segments aside, under `quarantine/`. Removes nothing: a pack
/// that a listing leaves out is not evidence against the index that names it (truth 5).
public final class RebuildIndex {
  private final Repository repository;
  private final Surroundings surroundings;
  private final Progress progress;
  private final Cancellation cancellation;
  private final List<Problem> problems = new ArrayList<>();

  public RebuildIndex(
      Repository repository,
      Surroundings surroundings,
      Progress progress,
      Cancellation cancellation) {
    this.repository = repository;
    this.surroundings = surroundings;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  public RebuildReport run() throws IOException, CorruptData {
    Instant started = surroundings.clock().instant();
    long packs = 0;
    long chunks = 0;
    Set<ObjectId> damaged;
    try (WriteSession session = surroundings.openSession(repository);
        Heartbeat heartbeat = new Heartbeat()) {
      heartbeat.start(session);
      damaged = session.leaveOutDamagedIndexes();
      List<Entry> listed = repository.storage().list(Packs.PREFIX);
      Set<ObjectId> open = new HashSet<>(repository.sessions().list(Sessions.State.OPEN));
      progress.begin("reading packs", listed.stream().mapToLong(Entry::size).sum());
      for (Entry entry : listed) {
        cancellation.check();
        if (!ObjectNames.isForeign(entry)) {
          chunks += adopt(session, entry, open);
          packs++;
        }
        progress.advance(entry.size());
      }
      session.commitUploads();
    }
    if (problems.isEmpty()) {
      for (ObjectId index : damaged) {
        repository.quarantineIndex(index);
      }
    }
    long millis = Duration.between(started, surroundings.clock().instant()).toMillis();
    return new RebuildReport(packs, chunks, problems, millis);
  }

  private long adopt(WriteSession session, Entry entry, Set<ObjectId> open)
      throws IOException, CorruptData {
    ObjectId pack = ObjectNames.last(entry.name());
    PackDirectory directory;
    try {
      directory = repository.packs().directory(pack, entry.size());
    } catch (CorruptData e) {
      problems.add(e.problem());
      return 0;
    } catch (IOException e) {
      problems.add(new Problem.Unknown("pack", pack.toString(), String.valueOf(e.getMessage())));
      return 0;
    }
    return open.contains(directory.session()) ? 0 : session.adoptAll(directory);
  }
}
