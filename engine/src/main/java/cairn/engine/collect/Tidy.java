package cairn.engine.collect;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.Repository;
import cairn.repository.index.Index;
import cairn.repository.session.ObjectNames;
import cairn.repository.session.Sessions;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.Storage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
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
  /// committed.
  void run() throws IOException, CorruptData {
    Storage storage = repository.storage();
    Set<ObjectId> committed = new HashSet<>(repository.sessions().list(Sessions.State.COMMITTED));
    Set<ObjectId> fenced = new HashSet<>(repository.sessions().list(Sessions.State.FENCED));
    for (Entry entry : storage.list(Index.PREFIX)) {
      if (!ObjectNames.isForeign(entry)) {
        ObjectId session = Listings.id(entry);
        committed.remove(session);
        if (fenced.contains(session)) {
          storage.delete(entry.name());
        }
      }
    }
    Repository.Listing listing = repository.snapshots();
    if (!listing.problems().isEmpty()) {
      return; // whose session that is, nobody can say
    }
    listing.snapshots().forEach(snapshot -> committed.remove(snapshot.session()));
    for (Snapshot snapshot : listing.voided()) {
      storage.delete(snapshot.name());
    }
    for (ObjectId session : List.copyOf(committed)) {
      repository.sessions().remove(Sessions.State.COMMITTED, session);
    }
  }
}
