package cairn.volume.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/// An encrypted channel on another one, whatever that is: Java's TLS sockets are for TCP only. One
/// thread may read while another one writes.
public final class TlsChannel implements ByteChannel {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ByteChannel below;
  private final SSLEngine engine;
  private final ByteBuffer sealed;
  private final ByteBuffer plain;
  private final ByteBuffer outgoing;

  /// Reading has something to say too when keys are changed.
  private final Lock wrapping = new ReentrantLock();

  public TlsChannel(ByteChannel below, SSLEngine engine) {
    this.below = below;
    this.engine = engine;
    this.sealed = ByteBuffer.allocate(engine.getSession().getPacketBufferSize()).limit(0);
    this.plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).limit(0);
    this.outgoing = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
  }

  public void handshake() throws IOException {
    engine.beginHandshake();
    HandshakeStatus status = engine.getHandshakeStatus();
    while (status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED) {
      status =
          switch (status) {
            case NEED_WRAP -> wrap(NOTHING.duplicate());
            case NEED_TASK -> runTasks();
            default -> unwrap();
          };
    }
  }

  private HandshakeStatus runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
    return engine.getHandshakeStatus();
  }

  /// Takes one record in, and whatever is missing of it from below.
  private HandshakeStatus unwrap() throws IOException {
    plain.compact();
    try {
      while (true) {
        SSLEngineResult result = engine.unwrap(sealed, plain);
        switch (result.getStatus()) {
          case OK -> {
            return result.getHandshakeStatus();
          }
          case BUFFER_UNDERFLOW -> fill();
          case CLOSED ->
              throw new EOFException("the other side has ended the encrypted connection");
          case BUFFER_OVERFLOW -> throw new SSLException("a record is larger than it may be");
        }
      }
    } finally {
      plain.flip();
    }
  }

  private void fill() throws IOException {
    sealed.compact();
    try {
      if (below.read(sealed) < 0) {
        throw new EOFException("the other side went away");
      }
    } finally {
      sealed.flip();
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    while (!plain.hasRemaining()) {
      try {
        answer(unwrap());
      } catch (EOFException e) {
        return -1;
      }
    }
    int count = Math.min(target.remaining(), plain.remaining());
    target.put(target.position(), plain, plain.position(), count);
    target.position(target.position() + count);
    plain.position(plain.position() + count);
    return count;
  }

  private void answer(HandshakeStatus status) throws IOException {
    HandshakeStatus now = status;
    while (now == HandshakeStatus.NEED_WRAP || now == HandshakeStatus.NEED_TASK) {
      now = now == HandshakeStatus.NEED_TASK ? runTasks() : wrap(NOTHING.duplicate());
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    while (source.hasRemaining()) {
      wrap(source);
    }
    return length;
  }

  private HandshakeStatus wrap(ByteBuffer source) throws IOException {
    wrapping.lock();
    try {
      outgoing.clear();
      SSLEngineResult result = engine.wrap(source, outgoing);
      outgoing.flip();
      while (outgoing.hasRemaining()) {
        below.write(outgoing);
      }
      if (result.getStatus() == SSLEngineResult.Status.CLOSED && source.hasRemaining()) {
        throw new EOFException("the encrypted connection has ended");
      }
      return result.getHandshakeStatus();
    } finally {
      wrapping.unlock();
    }
  }

  @Override
  public boolean isOpen() {
    return below.isOpen();
  }

  /// Without the farewell of TLS: the protocol above says itself where it ends.
  @Override
  public void close() throws IOException {
    below.close();
  }
}
