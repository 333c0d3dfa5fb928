package cairn.engine.retention;

import cairn.repository.snapshot.Snapshot;
import java.io.IOException;

/// A snapshot that was to be forgotten is pinned.
public final class SnapshotPinned extends IOException {
  private static final long serialVersionUID = 1;

  public SnapshotPinned(Snapshot snapshot) {
    super(
        "snapshot "
            + snapshot.id()
            + " of "
            + snapshot.group()
            + " is pinned, so nothing was forgotten: 'cairn show' tells why, 'cairn unpin' frees"
            + " it");
  }
}
