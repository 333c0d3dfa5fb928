package cairn.engine.retention;

import cairn.repository.snapshot.Snapshot;
import java.util.Optional;

/// What becomes of a snapshot.
///
/// @param reason why it is kept, such as `daily 3`; empty when it is not
public record Verdict(Snapshot snapshot, Optional<String> reason) {
  public boolean isKept() {
    return reason.isPresent();
  }
}
