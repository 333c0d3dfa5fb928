package cairn.engine.capture;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Threads that read while everything stands still: a disk answers many at once faster than one
/// after the other. They are there before they are needed.
public final class Readers implements AutoCloseable {
  private static final int THREADS = 8;

  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("reader-", 0).factory());

  public Readers() {
    int _ = executor.prestartAllCoreThreads();
  }

  ExecutorService executor() {
    return executor;
  }

  int threads() {
    return THREADS;
  }

  @Override
  public void close() {
    executor.close();
  }
}
