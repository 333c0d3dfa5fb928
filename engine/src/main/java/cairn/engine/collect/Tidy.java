package cairn.engine.collect;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.Repository;
import cairn.repository.index.Index;
import cairn.repository.session.ObjectNames;
import cairn.repository.session.Sessions;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/// Removes records that nothing refers to any more: of committed sessions without snapshot and
/// index; and what fenced sessions published that counts for nothing. The record of a fenced
/// session stays: its process may still wake up and publish.
final class Tidy {
  private final Repository repository;

  Tidy(Repository repository) {
    this.repository = repository;
  }

  /// The sessions are listed first: what a committed one published was there before it was
  /// committed. What refers to them is listed twice, because a record that is missed costs what
  /// needs it.
  void run() throws IOException, CorruptData {
    Set<ObjectId> unused = new HashSet<>(repository.sessions().list(Sessions.State.COMMITTED));
    Set<ObjectId> fenced = new HashSet<>(repository.sessions().list(Sessions.State.FENCED));
    for (int time = 0; time < 2; time++) {
      dropIndexes(fenced, unused);
      if (!dropSnapshots(unused)) {
        return; // whose session a damaged record belongs to, nobody can say
      }
    }
    for (ObjectId session : unused) {
      repository.sessions().remove(Sessions.State.COMMITTED, session);
    }
  }

  private void dropIndexes(Set<ObjectId> fenced, Set<ObjectId> unused) throws IOException {
    for (Entry entry : repository.storage().list(Index.PREFIX)) {
      if (!ObjectNames.isForeign(entry)) {
        ObjectId session = ObjectNames.id(entry);
        unused.remove(session);
        if (fenced.contains(session)) {
          repository.storage().delete(entry.name());
        }
      }
    }
  }

  private boolean dropSnapshots(Set<ObjectId> unused) throws IOException, CorruptData {
    Repository.Listing listing = repository.snapshots();
    listing.snapshots().forEach(snapshot -> unused.remove(snapshot.session()));
    for (Snapshot snapshot : listing.voided()) {
      repository.storage().delete(snapshot.name());
    }
    return listing.problems().isEmpty();
  }
}
