package cairn.engine;

import cairn.base.bytes.CorruptData;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// Tasks that run side by side and whose results are taken in the order they were handed in; a
/// bounded number at a time. Used by one thread.
///
/// @param <T> a result
public final class Pipeline<T> implements AutoCloseable {
  /// Takes results, on the thread that uses the pipeline.
  ///
  /// @param <T> a result
  public interface Consumer<T> {
    void accept(T result) throws IOException, CorruptData;
  }

  private final @Nullable ExecutorService executor;
  private final Deque<Future<T>> inFlight = new ArrayDeque<>();
  private final int inFlightMax;
  private final Consumer<T> consumer;

  /// @param threads 0 to run each task when it is handed in
  /// @param inFlightMax how many tasks may be unfinished or not yet consumed
  public Pipeline(int threads, int inFlightMax, Consumer<T> consumer) {
    this.executor =
        threads == 0
            ? null
            : Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("worker-", 0).factory());
    this.inFlightMax = inFlightMax;
    this.consumer = consumer;
  }

  /// Hands in a task; consumes earlier results while there is no room.
  public void submit(Callable<T> task) throws IOException, CorruptData {
    if (executor == null) {
      FutureTask<T> atOnce = new FutureTask<>(task);
      atOnce.run();
      consumer.accept(result(atOnce));
      return;
    }
    while (inFlight.size() >= inFlightMax) {
      consumeNext();
    }
    inFlight.addLast(executor.submit(task));
  }

  /// Consumes all results that are left.
  public void drain() throws IOException, CorruptData {
    while (!inFlight.isEmpty()) {
      consumeNext();
    }
  }

  private void consumeNext() throws IOException, CorruptData {
    consumer.accept(result(inFlight.removeFirst()));
  }

  private static <T> T result(Future<T> task) throws IOException, CorruptData {
    try {
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case CorruptData cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case null, default -> throw new IllegalStateException("a worker failed", e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Cancellation.Cancelled();
    }
  }

  /// Drops tasks that have not begun and waits for those that have.
  @Override
  public void close() {
    inFlight.forEach(task -> task.cancel(false));
    if (executor != null) {
      executor.close();
    }
  }
}
