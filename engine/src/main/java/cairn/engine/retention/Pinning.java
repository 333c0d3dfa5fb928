package cairn.engine.retention;

import cairn.base.bytes.ObjectId;
import cairn.engine.Surroundings;
import cairn.repository.Repository;
import cairn.repository.pin.Pin;
import cairn.repository.snapshot.Snapshot;
import java.io.IOException;
import java.util.List;

/// Pins snapshots.
public final class Pinning {
  private Pinning() {}

  /// @throws IOException also when one was forgotten meanwhile: the others are pinned
  public static void run(
      Repository repository, List<Snapshot> snapshots, String reason, Surroundings surroundings)
      throws IOException {
    for (Snapshot snapshot : snapshots) {
      ObjectId id = ObjectId.random(surroundings.chance());
      repository.pins().add(new Pin(id, snapshot.id(), surroundings.clock().instant(), reason));
    }
    for (Snapshot snapshot : snapshots) {
      checkStillThere(snapshot, repository);
    }
  }

  /// Whoever forgets it at the same time may not have seen the pin.
  private static void checkStillThere(Snapshot snapshot, Repository repository) throws IOException {
    if (repository.storage().readIfThere(snapshot.name()).isEmpty()) {
      repository.pins().remove(snapshot.id());
      throw new IOException(
          "snapshot "
              + snapshot.id()
              + " of "
              + snapshot.group()
              + " was forgotten by another process before it was pinned: it is gone");
    }
  }
}
