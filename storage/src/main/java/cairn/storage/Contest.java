package cairn.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Something done by another thread meanwhile. Closing interrupts it and waits for its end.
final class Contest<T> implements AutoCloseable {
  private final FutureTask<T> task;
  private final Thread thread;

  Contest(Callable<T> rival) {
    task = new FutureTask<>(rival);
    thread = Thread.ofPlatform().name("cairn-probe").start(task);
  }

  /// Waits for it.
  T result() throws IOException, DirectoryProbe.Broken {
    try {
      return task.get();
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof DirectoryProbe.Broken cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws InterruptedIOException {
    task.cancel(true);
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("the probe was interrupted");
  }
}
