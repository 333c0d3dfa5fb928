package cairn.cli.command;

import cairn.engine.collect.Collect;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Looks at a storage while a collection finds out what it would change there.
final class ProbeBeside implements Collect.Clearance, AutoCloseable {
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Future<?> probe;

  /// What throws when the storage does not hold what it promised.
  interface Probing {
    void run() throws IOException;
  }

  /// Begins at once.
  ProbeBeside(Probing probing) {
    probe =
        thread.submit(() -> {
          probing.run();
          return null;
        });
  }

  @Override
  public void await() throws IOException {
    try {
      probe.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the storage was looked at", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case null, default -> throw new IllegalStateException("the probe failed", e);
      }
    }
  }

  /// Returns when it has removed what it made.
  @Override
  public void close() {
    thread.close();
  }
}
