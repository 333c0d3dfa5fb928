package cairn.cli.command;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Lets time pass, for the probe, which looks at how a storage keeps time.
final class Pause {
  private Pause() {}

  static void of(Duration duration) throws InterruptedException {
    if (new Semaphore(0).tryAcquire(duration.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException("nobody releases it");
    }
  }
}
