package cairn.engine.retention;

import cairn.base.bytes.ObjectId;
import cairn.repository.Repository;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/// Removes snapshot records. What only they reached becomes garbage.
public final class Forget {
  private Forget() {}

  /// Removes all of them or, when one is pinned, none. Pins are looked at now, however long ago the
  /// snapshots were chosen.
  ///
  /// @throws SnapshotPinned when nothing was removed
  public static void run(Repository repository, List<Snapshot> snapshots) throws IOException {
    check(repository, snapshots);
    for (Snapshot snapshot : snapshots) {
      repository.forget(snapshot);
    }
  }

  /// @throws SnapshotPinned when one is
  public static void check(Repository repository, List<Snapshot> snapshots) throws IOException {
    Set<ObjectId> pinned = repository.pins().pinned();
    for (Snapshot snapshot : snapshots) {
      if (pinned.contains(snapshot.id())) {
        throw new SnapshotPinned(snapshot);
      }
    }
  }
}
