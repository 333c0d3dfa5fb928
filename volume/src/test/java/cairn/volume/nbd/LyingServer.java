package cairn.volume.nbd;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// Shakes hands as it should, for an export of 1 MiB with one context, and then answers each
/// request as it is told to.
final class LyingServer implements AutoCloseable {
  private static final int PIECES = 5;

  static final int CONTEXT = 7;
  static final int UNIT = 512;
  static final long SIZE = 1 << 20;

  private final ServerSocketChannel listener;
  private final NbdUri uri;
  private final Answer answer;
  private volatile int pauseMillis;
  private volatile int contexts = 1;

  /// Writes what is answered.
  interface Answer {
    void to(Request request, ByteBuffer out);
  }

  LyingServer(Path socket, Answer answer) throws IOException {
    this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    this.uri = NbdUri.unix(false, socket, "");
    this.answer = answer;
    listener.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().start(this::serve);
  }

  /// Lets so much time pass before each part of an answer.
  LyingServer slow(int millis) {
    pauseMillis = millis;
    return this;
  }

  /// Tells its context so many times.
  LyingServer repeating(int times) {
    contexts = times;
    return this;
  }

  NbdUri uri() {
    return uri;
  }

  private void serve() {
    try (SocketChannel peer = listener.accept()) {
      OutputStream out = Channels.newOutputStream(peer);
      DataInputStream in = new DataInputStream(Channels.newInputStream(peer));
      ByteBuffer greeting = ByteBuffer.allocate(Greeting.BYTES);
      new Greeting(Greeting.FIXED_NEWSTYLE | Greeting.NO_ZEROES).writeTo(greeting);
      out.write(greeting.array());
      in.readInt();
      OptionHeader option = null;
      while (option == null || option.option() != OptionCode.GO) {
        option = OptionHeader.read(ByteBuffer.wrap(in.readNBytes(OptionHeader.BYTES)));
        in.readNBytes((int) option.length());
        if (option.option() == OptionCode.SET_META_CONTEXT) {
          byte[] item = new ContextItem(CONTEXT, ContextRequest.ALLOCATION).toBytes();
          for (int i = 0; i < contexts; i++) {
            reply(out, option, OptionReply.META_CONTEXT, item);
          }
        } else if (option.option() == OptionCode.GO) {
          reply(out, option, OptionReply.INFO, new ExportInfo(SIZE, 1).toBytes());
          reply(out, option, OptionReply.INFO, new BlockSizes(UNIT, UNIT, 32 << 20).toBytes());
        }
        reply(out, option, OptionReply.ACK, new byte[0]);
      }
      while (true) {
        byte[] bytes = in.readNBytes(Request.bytes(Headers.COMPACT));
        ByteBuffer answered = ByteBuffer.allocate(4 << 20);
        answer.to(Request.read(ByteBuffer.wrap(bytes), Headers.COMPACT), answered);
        write(out, answered.array(), answered.position());
      }
    } catch (IOException | InterruptedException e) {
      return; // the client has gone
    }
  }

  private void write(OutputStream out, byte[] bytes, int length)
      throws IOException, InterruptedException {
    int piece = (length + PIECES - 1) / PIECES;
    for (int at = 0; at < length; at += piece) {
      Thread.sleep(pauseMillis);
      out.write(bytes, at, Math.min(piece, length - at));
    }
  }

  private static void reply(OutputStream out, OptionHeader to, int type, byte[] data)
      throws IOException {
    ByteBuffer reply = ByteBuffer.allocate(OptionReply.BYTES + data.length);
    new OptionReply(to.option(), type, data.length).writeTo(reply);
    out.write(reply.put(data).array());
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
