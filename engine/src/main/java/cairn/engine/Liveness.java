package cairn.engine;

import cairn.base.bytes.ObjectId;

/// Tells whether the process behind an open session is gone. A wrong answer voids that run and
/// costs nothing that was committed.
public interface Liveness {
  /// Whether it is certain that the session will never go on.
  boolean isDead(ObjectId session);
}
