package cairn.volume.nbd;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import jdk.net.ExtendedSocketOptions;

/// The bytes between client and server. One thread reads while another writes.
final class Transport implements Closeable {
  private static final int KEEPALIVE_IDLE_SECONDS = 60;
  private static final int KEEPALIVE_INTERVAL_SECONDS = 15;
  private static final int KEEPALIVE_COUNT = 8;

  private final NbdUri uri;
  private final SocketChannel socket;

  /// The socket, or what is encrypted on it.
  private volatile ByteChannel channel;

  private volatile InputStream in;
  private final AtomicLong received = new AtomicLong();

  private Transport(NbdUri uri, SocketChannel channel) {
    this.uri = uri;
    this.socket = channel;
    this.channel = channel;
    this.in = Channels.newInputStream(channel);
  }

  /// Not connected yet. To close it ends whatever waits for it.
  static Transport of(NbdUri uri) throws IOException {
    return new Transport(
        uri,
        uri.socket().isPresent()
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open());
  }

  void connect() throws IOException {
    if (uri.socket().isPresent()) {
      socket.connect(UnixDomainSocketAddress.of(uri.socket().get()));
      return;
    }
    try {
      socket.connect(new InetSocketAddress(uri.host(), uri.port()));
    } catch (UnresolvedAddressException e) {
      throw new IOException("there is no host " + uri.host(), e);
    }
    set(StandardSocketOptions.TCP_NODELAY, true);
    set(StandardSocketOptions.SO_KEEPALIVE, true);
    set(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
    set(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_SECONDS);
    set(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_COUNT);
  }

  private <T> void set(SocketOption<T> option, T value) throws IOException {
    if (socket.supportedOptions().contains(option)) {
      socket.setOption(option, value);
    }
  }

  /// Goes on encrypted, with a server that proves to be the one that is wanted.
  void encrypt() throws IOException {
    SSLEngine engine =
        ServerTrust.engine(uri.security().certificates(), uri.certifiedName(), uri.port());
    TlsChannel encrypted = new TlsChannel(socket, engine);
    encrypted.handshake();
    in = Channels.newInputStream(encrypted);
    channel = encrypted;
  }

  /// How many bytes have arrived so far.
  long received() {
    return received.get();
  }

  /// The next `count` bytes.
  ByteBuffer read(int count) throws IOException {
    byte[] bytes = new byte[count];
    read(bytes, 0, count);
    return ByteBuffer.wrap(bytes);
  }

  void read(byte[] target, int from, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int count = in.read(target, from + done, length - done);
      if (count < 0) {
        throw new EOFException("the server ended the connection");
      }
      received.addAndGet(count);
      done += count;
    }
  }

  /// Writes what was put into the buffer.
  void write(ByteBuffer bytes) throws IOException {
    bytes.flip();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
