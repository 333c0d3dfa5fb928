package cairn.engine.collect;

import cairn.base.bytes.ObjectId;
import cairn.engine.Cancellation;
import cairn.engine.Liveness;
import cairn.engine.Progress;
import cairn.repository.session.Sessions;
import cairn.storage.ObjectMissing;
import cairn.storage.Probe;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// Waits until every session has ended that was open when it began, because it may not know of a
/// tombstone published before. Sessions that are certainly dead are fenced at once, others when
/// they gave no sign of life in [#SILENCE] of waiting. That time is counted in pauses: no clock has
/// a say, so that one which jumps takes nobody for dead.
final class Waiting {
  private static final Duration PAUSE = Duration.ofSeconds(5);

  /// Ten times as long as a live session takes for a sign of life.
  static final Duration SILENCE = Duration.ofMinutes(10);

  private final Sessions sessions;
  private final Liveness liveness;
  private final Probe.Sleeper sleeper;
  private final Progress progress;
  private final Cancellation cancellation;
  private final Map<ObjectId, Silence> silences = new HashMap<>();

  Waiting(
      Sessions sessions,
      Liveness liveness,
      Probe.Sleeper sleeper,
      Progress progress,
      Cancellation cancellation) {
    this.sessions = sessions;
    this.liveness = liveness;
    this.sleeper = sleeper;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  private record Silence(Instant lastSign, Duration since) {}

  /// @throws Cancellation.Cancelled when a person did not want to wait
  void run() throws IOException {
    Set<ObjectId> waitedFor = new LinkedHashSet<>(open());
    fenceDead(waitedFor);
    while (!waitedFor.isEmpty()) {
      progress.begin("waiting for " + waitedFor.size() + " running backups", 0);
      cancellation.check();
      try {
        sleeper.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Cancellation.Cancelled();
      }
      waitedFor.retainAll(open());
      fenceDead(waitedFor);
    }
  }

  /// Listed twice: one that is left out would not be waited for.
  private Set<ObjectId> open() throws IOException {
    Set<ObjectId> open = new HashSet<>(sessions.list(Sessions.State.OPEN));
    open.addAll(sessions.list(Sessions.State.OPEN));
    return open;
  }

  private void fenceDead(Set<ObjectId> waitedFor) throws IOException {
    for (ObjectId session : new ArrayList<>(waitedFor)) {
      if (isSilent(session) || liveness.isDead(session)) {
        sessions.end(session, Sessions.State.FENCED);
        waitedFor.remove(session);
      }
    }
  }

  private boolean isSilent(ObjectId session) throws IOException {
    Instant lastSign;
    try {
      lastSign = sessions.lastSign(session);
    } catch (ObjectMissing e) {
      return false; // it has ended
    }
    Silence before = silences.get(session);
    Duration since =
        before == null || !before.lastSign.equals(lastSign)
            ? Duration.ZERO
            : before.since.plus(PAUSE);
    silences.put(session, new Silence(lastSign, since));
    return since.compareTo(SILENCE) >= 0;
  }
}
