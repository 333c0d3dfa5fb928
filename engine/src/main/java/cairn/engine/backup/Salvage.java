package cairn.engine.backup;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.engine.Liveness;
import cairn.repository.Repository;
import cairn.repository.index.Segment;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.repository.session.ObjectNames;
import cairn.repository.session.Sessions;
import cairn.repository.session.WriteSession;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/// Takes over what a run on this machine uploaded before it was killed: fences its session, then
/// lists its packs in the session that runs now.
///
/// Safe beside a collector, because the session that takes over was open before the other one
/// ended: whoever dooms those packs afterwards has to wait for it.
final class Salvage {
  private final Repository repository;
  private final Liveness liveness;

  Salvage(Repository repository, Liveness liveness) {
    this.repository = repository;
    this.liveness = liveness;
  }

  /// @return how many chunks were taken over
  long run(WriteSession session) throws IOException, CorruptData {
    liveness.fenceDead(repository.sessions(), Set.of(session.id()));
    Set<ObjectId> fenced = new HashSet<>(repository.sessions().list(Sessions.State.FENCED));
    return fenced.isEmpty() ? 0 : adopt(session, fenced);
  }

  private long adopt(WriteSession session, Set<ObjectId> fenced) throws IOException, CorruptData {
    Set<ObjectId> indexed = new HashSet<>();
    for (Segment segment : session.index().segments()) {
      indexed.addAll(segment.packs());
    }
    long adopted = 0;
    for (Entry entry : repository.storage().list(Packs.PREFIX)) {
      if (!ObjectNames.isForeign(entry) && !indexed.contains(ObjectNames.last(entry.name()))) {
        adopted += adopt(session, fenced, ObjectNames.last(entry.name()), entry.size());
      }
    }
    return adopted;
  }

  private long adopt(WriteSession session, Set<ObjectId> fenced, ObjectId pack, long packBytes)
      throws IOException, CorruptData {
    PackDirectory directory;
    try {
      directory = repository.packs().directory(pack, packBytes);
    } catch (CorruptData | IOException e) {
      return 0; // nobody needs it
    }
    return fenced.contains(directory.session()) ? session.adoptUsable(directory) : 0;
  }
}
