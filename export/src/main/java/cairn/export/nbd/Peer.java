package cairn.export.nbd;

import cairn.volume.nbd.TlsChannel;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.GatheringByteChannel;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;

/// The other end of a connection. One thread at a time reads; whole messages are written by any.
final class Peer implements Closeable {
  private static final int INPUT_BYTES = 64 * 1024;

  /// For each transfer of the heap the JDK keeps as much outside of it, for each thread.
  private static final int OUTPUT_BYTES = 128 * 1024;

  private final Lock writing = new ReentrantLock();
  private final ByteBuffer input = ByteBuffer.allocate(INPUT_BYTES).limit(0);
  private volatile ByteChannel channel;

  Peer(ByteChannel channel) {
    this.channel = channel;
  }

  /// The next `length` bytes, within the buffer of this peer: valid until the next call.
  ///
  /// @param length at most as much as an option may carry
  /// @throws EOFException when the peer has ended, or ends within them
  ByteBuffer next(int length) throws IOException {
    if (input.remaining() < length) {
      input.compact();
      while (input.position() < length) {
        if (channel.read(input) < 0) {
          input.flip();
          throw new EOFException("the client went away");
        }
      }
      input.flip();
    }
    ByteBuffer next = input.slice(input.position(), length);
    input.position(input.position() + length);
    return next;
  }

  /// The next `length` bytes into `target`.
  void next(byte[] target, int length) throws IOException {
    int held = Math.min(length, input.remaining());
    input.get(target, 0, held);
    ByteBuffer rest = ByteBuffer.wrap(target, held, length - held);
    while (rest.hasRemaining()) {
      if (channel.read(rest) < 0) {
        throw new EOFException("the client went away");
      }
    }
  }

  /// Lets `length` bytes pass.
  void skip(long length) throws IOException {
    long left = length;
    while (left > 0) {
      int step = (int) Math.min(left, INPUT_BYTES / 2);
      next(step);
      left -= step;
    }
  }

  /// Writing that must not be interrupted by other messages.
  interface Message {
    void write() throws IOException;
  }

  void writeWhole(Message message) throws IOException {
    writing.lock();
    try {
      message.write();
    } finally {
      writing.unlock();
    }
  }

  void write(ByteBuffer... parts) throws IOException {
    writing.lock();
    try {
      if (channel instanceof GatheringByteChannel gathering && fits(parts)) {
        while (parts[parts.length - 1].hasRemaining()) {
          gathering.write(parts);
        }
      } else {
        for (ByteBuffer part : parts) {
          writeInSteps(part);
        }
      }
    } finally {
      writing.unlock();
    }
  }

  private static boolean fits(ByteBuffer... parts) {
    long bytes = 0;
    for (ByteBuffer part : parts) {
      bytes += part.remaining();
    }
    return bytes <= OUTPUT_BYTES + 64 && parts[parts.length - 1].hasRemaining();
  }

  private void writeInSteps(ByteBuffer part) throws IOException {
    int end = part.limit();
    while (part.position() < end) {
      part.limit(Math.min(end, part.position() + OUTPUT_BYTES));
      while (part.hasRemaining()) {
        channel.write(part);
      }
    }
  }

  /// Goes on encrypted.
  ///
  /// @throws IOException also when the client has sent more than it may in the clear: somebody on
  ///   the way could have put that there
  void encrypt(SSLEngine engine) throws IOException {
    if (input.hasRemaining()) {
      throw new IOException("the client sent something before it was encrypted");
    }
    TlsChannel encrypted = new TlsChannel(channel, engine);
    encrypted.handshake();
    channel = encrypted;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
