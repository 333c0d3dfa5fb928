package cairn.engine;

import cairn.base.bytes.ObjectId;
import cairn.repository.session.Sessions;
import java.io.IOException;
import java.util.Set;

/// Tells whether the process behind an open session is gone. A wrong answer voids that run and
/// costs nothing that was committed.
public interface Liveness {
  /// Whether it is certain that the session will never go on.
  boolean isDead(ObjectId session);

  /// Fences the open sessions that are dead.
  ///
  /// @param others sessions to leave alone
  default void fenceDead(Sessions sessions, Set<ObjectId> others) throws IOException {
    for (ObjectId session : sessions.list(Sessions.State.OPEN)) {
      if (!others.contains(session) && isDead(session)) {
        sessions.end(session, Sessions.State.FENCED);
      }
    }
  }
}
