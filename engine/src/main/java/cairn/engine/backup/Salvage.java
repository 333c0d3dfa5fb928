package cairn.engine.backup;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.engine.Surroundings;
import cairn.repository.Repository;
import cairn.repository.index.Segment;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.repository.session.ObjectNames;
import cairn.repository.session.Owner;
import cairn.repository.session.SessionRecord;
import cairn.repository.session.Sessions;
import cairn.repository.session.WriteSession;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/// Takes over what a run on this machine uploaded before it was killed: fences its session, then
/// lists its packs in the session that runs now.
///
/// Safe beside a collector, because the session that takes over was open before the other one
/// ended: whoever dooms those packs afterwards has to wait for it.
final class Salvage {
  /// How long a session from before the last boot must have been silent. A machine of the same name
  /// with another kernel may be another machine.
  private static final Duration SILENCE = Duration.ofMinutes(10);

  private final Repository repository;
  private final Surroundings surroundings;

  Salvage(Repository repository, Surroundings surroundings) {
    this.repository = repository;
    this.surroundings = surroundings;
  }

  /// @return how many chunks were taken over
  long run(WriteSession session) throws IOException, CorruptData {
    for (ObjectId other : repository.sessions().list(Sessions.State.OPEN)) {
      if (!other.equals(session.id()) && isDead(other)) {
        repository.sessions().end(other, Sessions.State.FENCED);
      }
    }
    Set<ObjectId> fenced = new HashSet<>(repository.sessions().list(Sessions.State.FENCED));
    return fenced.isEmpty() ? 0 : adopt(session, fenced);
  }

  private boolean isDead(ObjectId session) throws IOException {
    Owner owner;
    Instant lastSign;
    try {
      SessionRecord record = repository.sessions().read(Sessions.State.OPEN, session);
      owner = record.owner();
      lastSign = repository.sessions().lastSign(session);
    } catch (CorruptData | IOException e) {
      return false; // not ours to judge, or it has ended
    }
    Owner self = surroundings.owner();
    if (!owner.host().equals(self.host())) {
      return false;
    }
    if (owner.bootId().equals(self.bootId())) {
      // Where others' processes are hidden, even the first one is, and none may be taken for dead.
      return ProcessHandle.of(1).isPresent() && ProcessHandle.of(owner.pid()).isEmpty();
    }
    return lastSign.plus(SILENCE).isBefore(surroundings.clock().instant());
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
