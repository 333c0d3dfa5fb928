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
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.atomic.AtomicLong;
import jdk.net.ExtendedSocketOptions;

/// The bytes between client and server. One thread reads while another writes.
final class Transport implements Closeable {
  private static final int KEEPALIVE_IDLE_SECONDS = 60;
  private static final int KEEPALIVE_INTERVAL_SECONDS = 15;
  private static final int KEEPALIVE_COUNT = 8;

  private final NbdUri uri;
  private final SocketChannel channel;
  private final InputStream in;
  private final AtomicLong received = new AtomicLong();

  private Transport(NbdUri uri, SocketChannel channel) {
    this.uri = uri;
    this.channel = channel;
    this.in = Channels.newInputStream(channel);
  }

  /// Not connected yet. To close it ends whatever waits for it.
  static Transport of(NbdUri uri) throws IOException {
    if (uri.tls()) {
      throw new IOException("this version reads from NBD servers without TLS only");
    }
    return new Transport(
        uri,
        uri.socket().isPresent()
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open());
  }

  void connect() throws IOException {
    if (uri.socket().isPresent()) {
      channel.connect(UnixDomainSocketAddress.of(uri.socket().get()));
      return;
    }
    try {
      channel.connect(new InetSocketAddress(uri.host(), uri.port()));
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
    if (channel.supportedOptions().contains(option)) {
      channel.setOption(option, value);
    }
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
    channel.close();
  }
}
