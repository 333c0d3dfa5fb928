package cairn.export.nbd;

import cairn.volume.nbd.NbdUri;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Serves exports until it is closed. It does not close the volumes.
public final class Server implements Closeable {
  /// A client has so long to come to an agreement.
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /// With the threads of a session and what each holds, this bounds what clients can take.
  static final int CONNECTIONS_MAX = 64;

  /// Enough to keep a storage busy that is far away.
  private static final int READERS_MAX = 32;

  private static final long PAUSE_MILLIS = 100;
  private static final Duration CLOSING_MAX = Duration.ofSeconds(30);

  private final Exports exports;
  private final @Nullable SSLContext tls;
  private final Listener listener;
  private final Duration patience;
  private final Tally tally = new Tally();
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("nbd-timer").factory());
  private final Semaphore readers = new Semaphore(READERS_MAX);
  private final CountDownLatch closed = new CountDownLatch(1);

  private Server(
      List<Export> exports, Listener listener, Duration patience, Optional<SSLContext> tls) {
    this.exports = new Exports(exports);
    this.listener = listener;
    this.patience = patience;
    this.tls = tls.orElse(null);
  }

  /// Listens from now on.
  ///
  /// @param exports at least one; the first is also the one without a name
  /// @param tls to insist on encryption; empty to do without
  /// @throws IOException saying why it is impossible to listen there
  public static Server start(List<Export> exports, Address address, Optional<SSLContext> tls)
      throws IOException {
    return start(exports, address, tls, PATIENCE);
  }

  static Server start(
      List<Export> exports, Address address, Optional<SSLContext> tls, Duration patience)
      throws IOException {
    Server server = new Server(exports, Listener.open(address), patience, tls);
    server.thread(server::listen).start();
    return server;
  }

  /// Where clients find an export.
  public NbdUri uri(Export export) throws IOException {
    return listener.uri(tls != null, export.name());
  }

  public Tally tally() {
    return tally;
  }

  /// Clients that are there now.
  int connectionCount() {
    return clients.size();
  }

  private void listen() {
    try {
      while (!isClosed()) {
        try {
          welcome(listener.accept());
        } catch (IOException | OutOfMemoryError e) {
          // The server is closed, or has too many files or threads just now.
          var _ = closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private void welcome(SocketChannel client) throws IOException {
    clients.add(client);
    if (isClosed() || clients.size() > CONNECTIONS_MAX) {
      tally.refused();
      dismiss(client);
      return;
    }
    try {
      thread(() -> serve(client)).start();
    } catch (OutOfMemoryError e) {
      dismiss(client);
      throw e;
    }
  }

  private void serve(SocketChannel client) {
    try (Peer peer = new Peer(client)) {
      Optional<Agreement> agreement = negotiate(client, peer);
      if (agreement.isPresent()) {
        tally.connected();
        Session session = session(peer, agreement.get());
        session.run();
        session.awaitEnd();
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      tally.refused();
    } finally {
      dismiss(client);
    }
  }

  private Session session(Peer peer, Agreement agreement) {
    Work work = new Work(agreement, new Answers(peer, agreement), tally, readers);
    return new Session(peer, agreement, work, this::thread);
  }

  private Optional<Agreement> negotiate(SocketChannel client, Peer peer) throws IOException {
    ScheduledFuture<?> end =
        timer.schedule(() -> hangUp(client), patience.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return new Negotiation(peer, exports, tls).run();
    } finally {
      end.cancel(false);
    }
  }

  private void dismiss(SocketChannel client) {
    hangUp(client);
    clients.remove(client);
  }

  private static void hangUp(SocketChannel client) {
    try {
      client.close();
    } catch (IOException e) {
      return; // it is gone either way
    }
  }

  private Thread thread(Runnable work) {
    return Thread.ofPlatform()
        .daemon()
        .name("nbd")
        .unstarted(() -> {
          threads.add(Thread.currentThread());
          try {
            work.run();
          } finally {
            threads.remove(Thread.currentThread());
          }
        });
  }

  /// Ends all connections, and returns when nothing that they had begun uses a volume any more.
  ///
  /// @throws IOException when that takes too long
  @Override
  public void close() throws IOException {
    if (isClosed()) {
      return;
    }
    closed.countDown();
    listener.close();
    timer.shutdownNow();
    clients.forEach(Server::hangUp);
    for (Thread thread : threads) {
      await(thread);
    }
  }

  private static void await(Thread thread) throws IOException {
    try {
      if (!thread.join(CLOSING_MAX)) {
        throw new IOException("a request of a client does not come to its end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while clients were sent away", e);
    }
  }
}
