package cairn.volume.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server that says what cannot be is found out, whatever it says.
class NbdClientTest {
  private static final int LENGTH = 8192;

  @TempDir Path folder;
  private int servers;

  private static void chunk(ByteBuffer out, Request to, boolean last, int type, byte[] payload) {
    new Chunk(last, type, to.cookie(), 0, payload.length).writeTo(out, Headers.COMPACT);
    out.put(payload);
  }

  private static byte[] data(long offset, int length, int fill) {
    ByteBuffer data = ByteBuffer.allocate(8 + length).putLong(offset);
    while (data.hasRemaining()) {
      data.put((byte) fill);
    }
    return data.array();
  }

  private static byte[] hole(long offset, int length) {
    return ByteBuffer.allocate(Chunk.HOLE_BYTES).putLong(offset).putInt(length).array();
  }

  private NbdClient connect(LyingServer server) throws IOException {
    return NbdClient.connect(server.uri(), List.of(ContextRequest.ALLOCATION));
  }

  private LyingServer server(LyingServer.Answer answer) throws IOException {
    return new LyingServer(folder.resolve("socket" + servers++), answer);
  }

  private void readFails(String message, LyingServer.Answer answer) throws IOException {
    try (LyingServer server = server(answer);
        NbdClient client = connect(server)) {
      assertThatThrownBy(() -> client.read(4096, new byte[LENGTH], 0, LENGTH))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot read bytes 4096+8192 of nbd+unix:")
          .hasMessageContaining(message);
      assertThatThrownBy(() -> client.read(0, new byte[512], 0, 512))
          .as("the first failure is final")
          .hasMessageContaining(message);
    }
  }

  private void statusFails(String message, LyingServer.Answer answer) throws IOException {
    try (LyingServer server = server(answer);
        NbdClient client = connect(server)) {
      assertThatThrownBy(() -> client.status(ContextRequest.ALLOCATION, 0, LyingServer.SIZE))
          .hasMessageContaining(message);
    }
  }

  @Test
  void dataAndHolesMayComeInAnyOrder() throws IOException {
    LyingServer.Answer answer =
        (request, out) -> {
          chunk(out, request, false, Chunk.OFFSET_HOLE, hole(8192, 4096));
          chunk(out, request, false, Chunk.OFFSET_DATA, data(4096, 100, 1));
          chunk(out, request, false, Chunk.OFFSET_DATA, data(4196, 3996, 2));
          chunk(out, request, true, Chunk.NONE, new byte[0]);
        };
    try (LyingServer server = server(answer);
        NbdClient client = connect(server)) {
      byte[] target = new byte[LENGTH + 2];
      Arrays.fill(target, (byte) 9);
      client.read(4096, target, 1, LENGTH);
      assertThat(target).startsWith(9, 1).endsWith(0, 9);
      assertThat(target[100]).isEqualTo((byte) 1);
      assertThat(target[101]).isEqualTo((byte) 2);
      assertThat(target[4097]).isZero();
    }
  }

  @Test
  void readsThatCannotBeAreErrors() throws IOException {
    readFails(
        "sent 8191 bytes",
        (request, out) -> chunk(out, request, true, Chunk.OFFSET_DATA, data(4096, 8191, 1)));
    readFails("sent 0 bytes", (request, out) -> chunk(out, request, true, 0, new byte[0]));
    readFails(
        "twice",
        (request, out) -> {
          chunk(out, request, false, Chunk.OFFSET_DATA, data(4096, 4096, 1));
          chunk(out, request, true, Chunk.OFFSET_HOLE, hole(8191, 4097));
        });
    for (byte[] outside : List.of(data(4095, 8, 1), data(12287, 2, 1), data(4096, 0, 1))) {
      readFails(
          "was asked for", (request, out) -> chunk(out, request, true, Chunk.OFFSET_DATA, outside));
    }
    readFails(
        "was asked for",
        (request, out) -> chunk(out, request, true, Chunk.OFFSET_HOLE, hole(4096, -1)));
    readFails(
        "nobody made",
        (request, out) ->
            new Chunk(true, 0, request.cookie() + 1, 0, 0).writeTo(out, Headers.COMPACT));
    readFails(
        "in one piece",
        (request, out) -> out.putInt(SimpleReply.MAGIC).putInt(0).putLong(request.cookie()));
    readFails("begins with 0x", (request, out) -> out.putInt(12345));
    readFails("type 99", (request, out) -> chunk(out, request, true, 99, new byte[4]));
    readFails(
        "a chunk of type 2",
        (request, out) -> chunk(out, request, true, Chunk.OFFSET_HOLE, new byte[13]));
    readFails(
        "cannot be",
        (request, out) ->
            chunk(out, request, true, Chunk.BLOCK_STATUS, status(LyingServer.CONTEXT, 4096)));
  }

  private static byte[] status(int context, long... lengths) {
    List<StatusExtent> extents =
        Arrays.stream(lengths).mapToObj(length -> new StatusExtent(length, 2)).toList();
    return new BlockStatus(context, extents).toBytes(Headers.COMPACT);
  }

  @Test
  void statusThatCannotBeIsAnError() throws IOException {
    statusFails("cannot be", (request, out) -> chunk(out, request, true, 5, status(8, 4096)));
    statusFails("cannot be", (request, out) -> chunk(out, request, true, 5, status(7)));
    statusFails("cannot be", (request, out) -> chunk(out, request, true, 5, status(7, 4096, 0)));
    statusFails(
        "leaves a context out", (request, out) -> chunk(out, request, true, 0, new byte[0]));
    statusFails(
        "cannot be",
        (request, out) -> {
          chunk(out, request, false, 5, status(7, 4096));
          chunk(out, request, true, 5, status(7, 4096));
        });
    try (LyingServer server =
            server((request, out) -> chunk(out, request, true, 5, status(7, 4096, 1L << 31)));
        NbdClient client = connect(server)) {
      assertThat(client.status(ContextRequest.ALLOCATION, 0, LyingServer.SIZE))
          .as("what lies beyond is cut off")
          .containsExactly(new StatusExtent(4096, 2), new StatusExtent(LyingServer.SIZE - 4096, 2));
    }
  }

  @Test
  @Timeout(20)
  void aServerThatSaysNothingIsNotWaitedForForEver() throws IOException {
    Patience little = new Patience(Duration.ofSeconds(10), Duration.ofMillis(100));
    List<String> contexts = List.of(ContextRequest.ALLOCATION);
    try (LyingServer server = server((request, out) -> {});
        NbdClient client = NbdClient.connect(server.uri(), contexts, little)) {
      assertThatThrownBy(() -> client.read(4096, new byte[LENGTH], 0, LENGTH))
          .hasMessageContaining("cannot read bytes 4096+8192 of nbd+unix:")
          .hasMessageContaining("the server has sent nothing for");
      assertThatThrownBy(() -> client.status(ContextRequest.ALLOCATION, 0, LyingServer.SIZE))
          .hasMessageContaining("the server has sent nothing for");
    }
  }

  /// Each byte renews the time.
  @Test
  @Timeout(20)
  void aSlowServerIsWaitedFor() throws IOException {
    Patience little = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(1));
    try (LyingServer server =
            server((request, out) ->
                chunk(out, request, true, Chunk.OFFSET_DATA, data(4096, LENGTH, 3)));
        NbdClient client = NbdClient.connect(server.slow(350).uri(), List.of(), little)) {
      byte[] target = new byte[LENGTH];
      client.read(4096, target, 0, LENGTH);
      assertThat(target).containsOnly(3);
    }
  }

  @Test
  @Timeout(20)
  void aHandshakeHasToEnd() throws IOException {
    Path socket = folder.resolve("silent");
    Patience little = new Patience(Duration.ofMillis(100), Duration.ofSeconds(10));
    try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket));
      NbdUri uri = NbdUri.unix(false, socket, "");
      assertThatThrownBy(() -> NbdClient.connect(uri, List.of(), little).close())
          .hasMessageContaining("cannot use nbd+unix:")
          .hasMessageContaining("has not ended its handshake within");
    }
  }

  /// Whoever asks again from there on would do so for ever.
  @Test
  void aStatusThatEndsBeforeItBeginsIsAnError() throws IOException {
    try (LyingServer server =
            server((request, out) -> chunk(out, request, true, 5, status(7, 100)));
        NbdClient client = connect(server)) {
      assertThatThrownBy(() -> client.status(ContextRequest.ALLOCATION, 200, 4096))
          .isInstanceOf(ProtocolError.class)
          .hasMessageContaining("says less than what it was asked of bytes 200+4096");
    }
  }

  @Test
  void anAnswerWithoutEndIsAnError() throws IOException {
    try (LyingServer server = server((request, out) -> {})) {
      assertThatThrownBy(() -> connect(server.repeating(1 << 19)).close())
          .hasMessageContaining("answer to an option has no end");
    }
  }

  /// An error of a range says nothing of others.
  @Test
  void anErrorOfARangeIsNotTheEnd() throws IOException {
    LyingServer.Answer answer =
        (request, out) -> {
          if (request.offset() == 4096) {
            byte[] text = new ErrorText(5, "bad sector", OptionalLong.of(5000)).toBytes();
            chunk(out, request, false, Chunk.OFFSET_DATA, data(4096, 512, 1));
            chunk(out, request, true, Chunk.ERROR_OFFSET, text);
          } else {
            int length = (int) request.length();
            chunk(out, request, true, Chunk.OFFSET_DATA, data(request.offset(), length, 3));
          }
        };
    try (LyingServer server = server(answer);
        NbdClient client = connect(server)) {
      assertThatThrownBy(() -> client.read(4096, new byte[LENGTH], 0, LENGTH))
          .hasMessageContaining("cannot read bytes 4096+8192 of nbd+unix:")
          .hasMessageContaining("error 5 (bad sector)");
      byte[] target = new byte[512];
      client.read(0, target, 0, 512);
      assertThat(target).containsOnly(3);
    }
  }
}
