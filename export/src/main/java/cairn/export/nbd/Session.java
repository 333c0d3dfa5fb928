package cairn.export.nbd;

import cairn.volume.nbd.Command;
import cairn.volume.nbd.ErrorCode;
import cairn.volume.nbd.Limits;
import cairn.volume.nbd.ProtocolError;
import cairn.volume.nbd.Request;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A client at work with an export. Its threads take turns: one waits for the next request and,
/// having got it, lets another one wait while it does what is asked. So several requests are under
/// way at once, no request is handed from thread to thread, and a client that takes its answers
/// slowly or sends without end keeps nothing busy but these threads and what they hold.
final class Session {
  static final int THREADS_MAX = 8;

  /// At most so much of a request is in memory at a time.
  static final int PIECE_BYTES = 128 * 1024;

  /// A request with a payload beyond this is not from a client that wants an answer.
  private static final long PAYLOAD_SKIPPED_MAX = 0xFFFFFFFFL;

  private final Peer peer;
  private final Agreement agreement;
  private final Work work;
  private final ThreadFactory threads;
  private final ReentrantLock turn = new ReentrantLock();
  private final AtomicInteger working = new AtomicInteger(1);
  private final CountDownLatch idle = new CountDownLatch(1);
  private volatile boolean ended;

  /// @param work what to do with requests
  Session(Peer peer, Agreement agreement, Work work, ThreadFactory threads) {
    this.peer = peer;
    this.agreement = agreement;
    this.work = work;
    this.threads = threads;
  }

  /// Serves until the client leaves, and closes the connection when the last answer is written.
  void run() {
    Piece piece = new Piece();
    try {
      while (!ended) {
        serve(piece);
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The client sees it too, or has caused it; what the volume could not do has been told.
      ended = true;
      if (!(e instanceof IOException) || e instanceof ProtocolError) {
        hangUp();
      }
    } finally {
      if (working.decrementAndGet() == 0) {
        hangUp();
        idle.countDown();
      }
    }
  }

  /// Returns when no thread of it does anything any more.
  void awaitEnd() throws IOException {
    try {
      idle.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a client was at work", e);
    }
  }

  private void serve(Piece piece) throws IOException {
    Request request = null;
    turn.lock();
    try {
      if (!ended) {
        request = take(piece);
      }
    } catch (IOException e) {
      ended = true;
      throw e;
    } finally {
      turn.unlock();
    }
    if (request != null) {
      work.run(request, piece);
    }
  }

  /// @return null when there is nothing more to do
  private @Nullable Request take(Piece piece) throws IOException {
    Request request =
        Request.read(peer.next(Request.bytes(agreement.headers())), agreement.headers());
    if (request.type() == Command.DISCONNECT) {
      ended = true;
      return null;
    }
    boolean hasPayload = request.type() == Command.WRITE || extendedPayload(request);
    piece.clear();
    if (hasPayload) {
      takePayload(request, piece);
    }
    letAnotherWait();
    return request;
  }

  private void letAnotherWait() {
    if (turn.hasQueuedThreads() || working.get() >= THREADS_MAX) {
      return;
    }
    working.incrementAndGet();
    try {
      threads.newThread(this::run).start();
    } catch (OutOfMemoryError e) {
      // No further thread can be had; those that are there go on.
      working.decrementAndGet();
    }
  }

  private boolean extendedPayload(Request request) {
    return agreement.replies() == Agreement.Replies.EXTENDED
        && request.has(Command.FLAG_PAYLOAD_LENGTH);
  }

  /// What is too long for one piece is written piece by piece up to the last, before the next
  /// request is looked at.
  private void takePayload(Request request, Piece piece) throws IOException {
    long length = request.length();
    if (length < 0 || length > PAYLOAD_SKIPPED_MAX) {
      throw new ProtocolError("a request has a payload of " + Long.toUnsignedString(length));
    }
    int refusal = length > Limits.PAYLOAD_BYTES_MAX ? ErrorCode.INVALID : work.refusal(request);
    if (refusal != ErrorCode.NONE) {
      peer.skip(length);
      piece.refuse(refusal);
      return;
    }
    long done = 0;
    while (length - done > PIECE_BYTES) {
      peer.next(piece.bytes(PIECE_BYTES), PIECE_BYTES);
      piece.filled(PIECE_BYTES);
      work.write(request, piece);
      done += PIECE_BYTES;
    }
    int last = (int) (length - done);
    peer.next(piece.bytes(last), last);
    piece.filled(last);
  }

  private void hangUp() {
    ended = true;
    try {
      peer.close();
    } catch (IOException e) {
      return; // it is gone either way
    }
  }
}
