package cairn.engine;

import java.time.Duration;

/// Lets time pass.
public interface Pause {
  void of(Duration duration) throws InterruptedException;
}
