package cairn.engine;

import cairn.base.bytes.CorruptData;
import cairn.repository.session.WriteSession;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// Gives signs of life of a session while it works. A failure is the session's to remember: its
/// next step throws it.
public final class Heartbeat implements AutoCloseable {
  private static final long PERIOD_SECONDS = 60;

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("heartbeat").factory());

  /// Touches the session now and then, until close.
  public void start(WriteSession session) {
    ScheduledFuture<?> _ =
        timer.scheduleAtFixedRate(
            () -> touch(session), PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  private static void touch(WriteSession session) {
    try {
      var _ = session.touch();
    } catch (IOException | CorruptData e) {
      throw new IllegalStateException(e); // ends the timer; the session has failed with it
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
