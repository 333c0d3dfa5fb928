package cairn.engine;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.session.Owner;
import cairn.repository.session.SessionRecord;
import cairn.repository.session.Sessions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/// Looks for the process of a session of this machine. Of other machines' sessions it says nothing.
public final class ProcessLiveness implements Liveness {
  /// How long a session from before the last boot must have been silent. A machine of the same name
  /// with another kernel may be another machine.
  private static final Duration SILENCE = Duration.ofMinutes(10);

  private final Sessions sessions;
  private final Surroundings surroundings;

  public ProcessLiveness(Sessions sessions, Surroundings surroundings) {
    this.sessions = sessions;
    this.surroundings = surroundings;
  }

  @Override
  public boolean isDead(ObjectId session) {
    Owner owner;
    Instant lastSign;
    try {
      SessionRecord record = sessions.read(Sessions.State.OPEN, session);
      owner = record.owner();
      lastSign = sessions.lastSign(session);
    } catch (CorruptData | IOException e) {
      return false; // not ours to judge, or it has ended
    }
    Owner self = surroundings.owner();
    if (!owner.host().equals(self.host())) {
      return false;
    }
    if (owner.bootId().equals(self.bootId())) {
      return isGone(owner.pid());
    }
    return lastSign.plus(SILENCE).isBefore(surroundings.clock().instant());
  }

  /// Whether a process of this machine, since it was started, is no more.
  public static boolean isGone(long pid) {
    // Where others' processes are hidden, even the first one is, and none may be taken for dead.
    return ProcessHandle.of(1).isPresent() && ProcessHandle.of(pid).isEmpty();
  }
}
