package cairn.repository.write;

import cairn.base.bytes.CorruptData;
import cairn.repository.pack.PackBuilder;
import cairn.repository.pack.Packs;
import cairn.storage.Storage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Publishes finished packs beside the work that fills the next ones; a bounded number at a time.
/// The first failure is final. Not safe for use by several threads.
final class PackPublisher implements AutoCloseable {
  private static final int IN_FLIGHT_MAX = 2;

  private final Storage storage;
  private final PackBuffers buffers;
  private final ExecutorService executor =
      Executors.newFixedThreadPool(
          IN_FLIGHT_MAX, Thread.ofPlatform().daemon().name("publish-", 0).factory());
  private final Deque<Future<Long>> inFlight = new ArrayDeque<>();
  private long published;

  /// @param buffers get back what the packs were built in
  PackPublisher(Storage storage, PackBuffers buffers) {
    this.storage = storage;
    this.buffers = buffers;
  }

  /// Takes over a full pack; waits while too many are under way.
  void publish(PackBuilder pack) throws IOException, CorruptData {
    while (inFlight.size() >= IN_FLIGHT_MAX) {
      await(inFlight.removeFirst());
    }
    inFlight.addLast(executor.submit(() -> seal(pack)));
  }

  private long seal(PackBuilder pack) throws IOException, CorruptData {
    PackBuilder.Finished finished = pack.finish();
    storage.publish(Packs.name(pack.pack()), finished.content());
    long size = finished.content().size();
    buffers.giveBack(pack.content(), pack.release());
    return size;
  }

  /// Waits until everything handed over is durable.
  ///
  /// @return the bytes of all packs published so far
  long drain() throws IOException, CorruptData {
    while (!inFlight.isEmpty()) {
      await(inFlight.removeFirst());
    }
    return published;
  }

  private void await(Future<Long> pack) throws IOException, CorruptData {
    try {
      published += pack.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw new IOException(cause.getMessage(), cause);
        case CorruptData cause -> throw new CorruptData(cause.problem());
        case null, default -> throw new IllegalStateException("publishing a pack", e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while publishing a pack", e);
    }
  }

  /// Does not return before no pack is under way any more.
  @Override
  public void close() {
    executor.close();
  }
}
