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
import org.jspecify.annotations.Nullable;

/// Publishes finished packs beside the work that fills the next ones; a bounded number at a time.
/// The first failure is final. Not safe for use by several threads.
final class PackPublisher implements AutoCloseable {
  private final Storage storage;
  private final PackBuffers buffers;
  private final int inFlightMax;
  private final @Nullable ExecutorService executor;
  private final Deque<Future<Long>> inFlight = new ArrayDeque<>();
  private long published;

  /// @param buffers get back what the packs were built in
  /// @param atOnce how many packs beside the work; 0 for none: whoever hands one over publishes it
  PackPublisher(Storage storage, PackBuffers buffers, int atOnce) {
    this.storage = storage;
    this.buffers = buffers;
    this.inFlightMax = atOnce;
    this.executor =
        atOnce == 0
            ? null
            : Executors.newFixedThreadPool(
                atOnce, Thread.ofPlatform().daemon().name("publish-", 0).factory());
  }

  /// Takes over a full pack; waits while too many are under way.
  void publish(PackBuilder pack) throws IOException, CorruptData {
    if (executor == null) {
      published += seal(pack);
      return;
    }
    while (inFlight.size() >= inFlightMax) {
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
    if (executor != null) {
      executor.close();
    }
  }
}
