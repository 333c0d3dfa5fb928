package cairn.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.volume.nbd.BlockStatus;
import cairn.volume.nbd.Chunk;
import cairn.volume.nbd.Command;
import cairn.volume.nbd.ContextRequest;
import cairn.volume.nbd.ErrorText;
import cairn.volume.nbd.Greeting;
import cairn.volume.nbd.Headers;
import cairn.volume.nbd.InfoRequest;
import cairn.volume.nbd.OptionCode;
import cairn.volume.nbd.OptionHeader;
import cairn.volume.nbd.OptionReply;
import cairn.volume.nbd.Request;
import cairn.volume.nbd.SimpleReply;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A client that does exactly what it is told, sensible or not.
final class RawClient implements AutoCloseable {
  private final SocketChannel channel;
  private Headers headers = Headers.COMPACT;

  /// A reply to an option.
  record Told(OptionReply header, ByteBuffer data) {}

  /// A whole reply to a request: an error, or data, holes and statuses joined.
  static final class Answer {
    int error;
    String text = "";
    long errorOffset = -1;
    int chunks;
    int holes;
    byte[] data = new byte[0];
    final List<BlockStatus> statuses = new ArrayList<>();
  }

  private RawClient(SocketChannel channel) {
    this.channel = channel;
  }

  static RawClient connect(Path socket) throws IOException {
    return new RawClient(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
  }

  /// Connected, and the greeting answered.
  static RawClient greet(Path socket, int flags) throws IOException {
    RawClient client = connect(socket);
    Greeting.read(client.receive(Greeting.BYTES));
    client.send(ByteBuffer.allocate(4).putInt(flags).flip());
    return client;
  }

  static RawClient greet(Path socket) throws IOException {
    return greet(socket, Greeting.FIXED_NEWSTYLE | Greeting.NO_ZEROES);
  }

  /// At work with the export, having agreed on these options before.
  static RawClient go(Path socket, String export, int... options) throws IOException {
    RawClient client = greet(socket);
    for (int option : options) {
      assertThat(client.option(option, new byte[0]).getLast().header().type())
          .isEqualTo(OptionReply.ACK);
      if (option == OptionCode.EXTENDED_HEADERS) {
        client.headers = Headers.EXTENDED;
      }
    }
    client.option(OptionCode.GO, new InfoRequest(export, List.of()).toBytes());
    return client;
  }

  static RawClient withContexts(Path socket, String export, int option, String... contexts)
      throws IOException {
    RawClient client = greet(socket);
    client.option(option, new byte[0]);
    if (option == OptionCode.EXTENDED_HEADERS) {
      client.headers = Headers.EXTENDED;
    }
    client.option(
        OptionCode.SET_META_CONTEXT, new ContextRequest(export, List.of(contexts)).toBytes());
    client.option(OptionCode.GO, new InfoRequest(export, List.of()).toBytes());
    return client;
  }

  void send(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  ByteBuffer receive(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("after " + bytes.position() + " of " + length);
      }
    }
    return bytes.flip();
  }

  /// Whether the server has hung up; anything that it still sends is dropped.
  boolean isHungUp() {
    try {
      int count;
      do {
        count = channel.read(ByteBuffer.allocate(1 << 16));
      } while (count >= 0);
      return true;
    } catch (IOException e) {
      return true;
    }
  }

  void sendOption(int option, byte[] data) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(OptionHeader.BYTES + data.length);
    new OptionHeader(option, data.length).writeTo(out);
    send(out.put(data).flip());
  }

  List<Told> option(int option, byte[] data) throws IOException {
    sendOption(option, data);
    List<Told> told = new ArrayList<>();
    do {
      OptionReply header = OptionReply.read(receive(OptionReply.BYTES));
      assertThat(header.option()).isEqualTo(option);
      told.add(new Told(header, receive((int) header.length())));
    } while (!told.getLast().header().isError()
        && told.getLast().header().type() != OptionReply.ACK);
    return told;
  }

  int lastType(int option, byte[] data) throws IOException {
    return option(option, data).getLast().header().type();
  }

  void request(int flags, int type, long cookie, long offset, long length) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(Request.bytes(headers));
    new Request(flags, type, cookie, offset, length).writeTo(out, headers);
    send(out.flip());
  }

  Answer read(int flags, long offset, int length) throws IOException {
    request(flags, Command.READ, 77, offset, length);
    return answer(77, offset, length);
  }

  Answer ask(int flags, int type, long offset, long length) throws IOException {
    request(flags, type, 78, offset, length);
    return answer(78, offset, 0);
  }

  Answer write(int flags, long offset, byte[] data) throws IOException {
    int payload = headers == Headers.EXTENDED ? Command.FLAG_PAYLOAD_LENGTH : 0;
    request(flags | payload, Command.WRITE, 79, offset, data.length);
    send(ByteBuffer.wrap(data));
    return answer(79, offset, 0);
  }

  /// @param length of the data that is expected from `offset` on, unless there is an error
  Answer answer(long cookie, long offset, int length) throws IOException {
    Answer answer = new Answer();
    answer.data = new byte[length];
    boolean last = false;
    while (!last) {
      int magic = receive(4).getInt();
      if (magic == SimpleReply.MAGIC) {
        SimpleReply reply = SimpleReply.read(receive(SimpleReply.BYTES - 4));
        assertThat(reply.cookie()).isEqualTo(cookie);
        answer.error = reply.error();
        if (reply.error() == 0) {
          receive(length).get(answer.data);
        }
        return answer;
      }
      assertThat(magic).isEqualTo(headers == Headers.COMPACT ? Chunk.MAGIC : Chunk.MAGIC_EXTENDED);
      Chunk chunk = Chunk.read(receive(Chunk.bytes(headers) - 4), headers);
      assertThat(chunk.cookie()).isEqualTo(cookie);
      if (headers == Headers.EXTENDED) {
        assertThat(chunk.offset()).isEqualTo(offset);
      }
      take(chunk, receive((int) chunk.length()), offset, answer);
      last = chunk.last();
    }
    return answer;
  }

  private void take(Chunk chunk, ByteBuffer payload, long offset, Answer answer)
      throws IOException {
    answer.chunks++;
    switch (chunk.type()) {
      case Chunk.NONE -> assertThat(payload.hasRemaining()).isFalse();
      case Chunk.OFFSET_DATA -> {
        int at = (int) (payload.getLong() - offset);
        payload.get(answer.data, at, payload.remaining());
      }
      case Chunk.OFFSET_HOLE -> answer.holes++;
      case Chunk.BLOCK_STATUS, Chunk.BLOCK_STATUS_EXTENDED ->
          answer.statuses.add(BlockStatus.read(payload, headers));
      default -> {
        ErrorText error = ErrorText.read(payload, chunk.type());
        answer.error = error.error();
        answer.text = error.text();
        answer.errorOffset = error.offset().orElse(-1);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
