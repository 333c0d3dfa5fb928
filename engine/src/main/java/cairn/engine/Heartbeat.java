package cairn.engine;

import cairn.base.bytes.CorruptData;
import cairn.repository.session.WriteSession;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Gives signs of life of a session while it works. A failure is the session's to remember: its
/// next step throws it.
public final class Heartbeat implements AutoCloseable {
  private static final long PERIOD_SECONDS = 60;

  private static final AtomicInteger BEATING = new AtomicInteger();

  private final CountDownLatch ended = new CountDownLatch(1);

  /// Not kept by a thread that has not found out yet that all is over: it holds buffers.
  private volatile @Nullable WriteSession session;

  /// Touches the session now and then, until close.
  public void start(WriteSession alive) {
    session = alive;
    BEATING.incrementAndGet();
    Thread.ofVirtual().name("heartbeat").start(this::beat);
  }

  private void beat() {
    try {
      while (!ended.await(PERIOD_SECONDS, TimeUnit.SECONDS)) {
        touch();
      }
    } catch (InterruptedException | IOException | CorruptData | RuntimeException e) {
      return; // the session has failed with it, and its next step says so
    }
  }

  private void touch() throws IOException, CorruptData {
    WriteSession alive = session;
    if (alive != null) {
      var _ = alive.touch();
    }
  }

  @Override
  public void close() {
    if (session != null) {
      BEATING.decrementAndGet();
    }
    session = null;
    ended.countDown();
  }

  /// How many there are in this process.
  static int beating() {
    return BEATING.get();
  }
}
