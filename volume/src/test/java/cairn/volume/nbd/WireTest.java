package cairn.volume.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What goes over the wire, byte by byte as the protocol document has it.
class WireTest {
  private interface Reader {
    Object read(ByteBuffer in) throws ProtocolError;
  }

  @Test
  void theHandshake() throws ProtocolError {
    Greeting greeting = new Greeting(Greeting.FIXED_NEWSTYLE | Greeting.NO_ZEROES);
    is(greeting::writeTo, "4e42444d4147494349484156454f5054 0003");
    assertThat(Greeting.read(bytes(greeting::writeTo))).isEqualTo(greeting);

    OptionHeader option = new OptionHeader(OptionCode.GO, 0xFFFFFFFFL);
    is(option::writeTo, "49484156454f5054 00000007 ffffffff");
    assertThat(OptionHeader.read(bytes(option::writeTo))).isEqualTo(option);

    OptionReply reply = new OptionReply(OptionCode.LIST, OptionReply.ERROR_TLS_REQUIRED, 3);
    is(reply::writeTo, "0003e889045565a9 00000003 80000005 00000003");
    assertThat(OptionReply.read(bytes(reply::writeTo))).isEqualTo(reply);
    assertThat(reply.isError()).isTrue();
  }

  @Test
  void whatIsSaidOfExports() throws ProtocolError {
    ServerItem item = new ServerItem("dä", "x");
    is(item.toBytes(), "00000003 64c3a4 78");
    assertThat(ServerItem.read(ByteBuffer.wrap(item.toBytes()))).isEqualTo(item);

    InfoRequest info = new InfoRequest("d", List.of(0, 3));
    is(info.toBytes(), "00000001 64 0002 0000 0003");
    assertThat(InfoRequest.read(ByteBuffer.wrap(info.toBytes()))).isEqualTo(info);

    ExportInfo export = new ExportInfo(0x123456789AL, 0x8003);
    is(export.toBytes(), "0000 000000123456789a 8003");
    assertThat(ExportInfo.read(ByteBuffer.wrap(export.toBytes(), 2, 10))).isEqualTo(export);
    assertThat(export.withoutType(ExportInfo.ZEROES_BYTES)).hasSize(8 + 2 + 124);

    BlockSizes sizes = new BlockSizes(1, 65536, 1 << 25);
    is(sizes.toBytes(), "0003 00000001 00010000 02000000");
    assertThat(BlockSizes.read(ByteBuffer.wrap(sizes.toBytes(), 2, 12))).isEqualTo(sizes);

    ContextRequest contexts = new ContextRequest("d", List.of("a:b", ""));
    is(contexts.toBytes(), "00000001 64 00000002 00000003 613a62 00000000");
    assertThat(ContextRequest.read(ByteBuffer.wrap(contexts.toBytes()))).isEqualTo(contexts);

    ContextItem context = new ContextItem(7, "a:b");
    is(context.toBytes(), "00000007 613a62");
    assertThat(ContextItem.read(ByteBuffer.wrap(context.toBytes()))).isEqualTo(context);
  }

  @Test
  void requests() throws ProtocolError {
    Request compact =
        new Request(Command.FLAG_FUA, Command.WRITE, 0x1122334455667788L, 4096, 0xFFFFFFFFL);
    Consumer<ByteBuffer> written = out -> compact.writeTo(out, Headers.COMPACT);
    is(written, "25609513 0001 0001 1122334455667788 0000000000001000 ffffffff");
    assertThat(Request.read(bytes(written), Headers.COMPACT)).isEqualTo(compact);

    Request extended = new Request(0, Command.BLOCK_STATUS, 1, 2, 1L << 40);
    Consumer<ByteBuffer> longer = out -> extended.writeTo(out, Headers.EXTENDED);
    is(longer, "21e41c71 0000 0007 0000000000000001 0000000000000002 0000010000000000");
    assertThat(Request.read(bytes(longer), Headers.EXTENDED)).isEqualTo(extended);
    assertThat(bytes(written).remaining()).isEqualTo(Request.bytes(Headers.COMPACT));
    assertThat(bytes(longer).remaining()).isEqualTo(Request.bytes(Headers.EXTENDED));
  }

  @Test
  void replies() throws ProtocolError {
    SimpleReply simple = new SimpleReply(ErrorCode.IO, 9);
    is(simple::writeTo, "67446698 00000005 0000000000000009");
    assertThat(SimpleReply.read(afterMagic(simple::writeTo))).isEqualTo(simple);

    Chunk chunk = new Chunk(true, Chunk.OFFSET_HOLE, 9, 0, Chunk.HOLE_BYTES);
    Consumer<ByteBuffer> compact = out -> chunk.writeTo(out, Headers.COMPACT);
    is(compact, "668e33ef 0001 0002 0000000000000009 0000000c");
    assertThat(Chunk.read(afterMagic(compact), Headers.COMPACT)).isEqualTo(chunk);

    Chunk longer = new Chunk(false, Chunk.ERROR_OFFSET, 9, 4096, 10);
    Consumer<ByteBuffer> extended = out -> longer.writeTo(out, Headers.EXTENDED);
    is(extended, "6e8a278c 0000 8002 0000000000000009 0000000000001000 000000000000000a");
    assertThat(Chunk.read(afterMagic(extended), Headers.EXTENDED)).isEqualTo(longer);
    assertThat(longer.isError()).isTrue();

    ErrorText error = new ErrorText(ErrorCode.IO, "no", OptionalLong.of(512));
    is(error.toBytes(), "00000005 0002 6e6f 0000000000000200");
    assertThat(ErrorText.read(ByteBuffer.wrap(error.toBytes()), Chunk.ERROR_OFFSET))
        .isEqualTo(error);
  }

  @Test
  void blockStatus() throws ProtocolError {
    BlockStatus status =
        new BlockStatus(3, List.of(new StatusExtent(65536, 0), new StatusExtent(4096, 3)));
    is(status.toBytes(Headers.COMPACT), "00000003 00010000 00000000 00001000 00000003");
    is(
        status.toBytes(Headers.EXTENDED),
        "00000003 00000002 0000000000010000 0000000000000000 0000000000001000 0000000000000003");
    for (Headers headers : Headers.values()) {
      ByteBuffer in = ByteBuffer.wrap(status.toBytes(headers));
      assertThat(BlockStatus.read(in, headers)).isEqualTo(status);
    }
  }

  @Test
  void aTextThatIsTooLongForAnErrorIsLeftOut() {
    byte[] error = new ErrorText(5, "ä".repeat(3000), OptionalLong.empty()).toBytes();
    is(error, "00000005 0000");
  }

  /// A peer may send anything.
  @Test
  void anythingElseIsAProtocolErrorAndNothingWorse(Seed seed) {
    RandomGenerator random = seed.random();
    List<Reader> readers =
        List.of(
            Greeting::read,
            OptionHeader::read,
            OptionReply::read,
            ServerItem::read,
            InfoRequest::read,
            ExportInfo::read,
            BlockSizes::read,
            ContextRequest::read,
            ContextItem::read,
            SimpleReply::read,
            in -> Request.read(in, Headers.EXTENDED),
            in -> Chunk.read(in, Headers.COMPACT),
            in -> ErrorText.read(in, Chunk.ERROR_OFFSET),
            in -> BlockStatus.read(in, Headers.EXTENDED),
            in -> BlockStatus.read(in, Headers.COMPACT));
    for (int round = 0; round < 20_000; round++) {
      byte[] garbage = new byte[random.nextInt(40)];
      random.nextBytes(garbage);
      if (random.nextBoolean()) {
        // Lengths that are small enough to be believed.
        for (int i = 0; i < garbage.length; i++) {
          garbage[i] = random.nextInt(4) == 0 ? garbage[i] : 0;
        }
      }
      Reader reader = readers.get(random.nextInt(readers.size()));
      try {
        assertThat(reader.read(ByteBuffer.wrap(garbage))).isNotNull();
      } catch (ProtocolError e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }

  @Test
  void aWrongMagicIsNamed() {
    assertThatThrownBy(() -> OptionHeader.read(ByteBuffer.allocate(16)))
        .isInstanceOf(ProtocolError.class)
        .hasMessage("an option begins with 0x0 in place of 0x49484156454f5054");
  }

  private static void is(Consumer<ByteBuffer> message, String hex) {
    ByteBuffer written = bytes(message);
    byte[] have = new byte[written.remaining()];
    written.get(have);
    is(have, hex);
  }

  private static void is(byte[] have, String hex) {
    assertThat(HexFormat.of().formatHex(have)).isEqualTo(hex.replace(" ", ""));
  }

  private static ByteBuffer bytes(Consumer<ByteBuffer> message) {
    ByteBuffer out = ByteBuffer.allocate(64);
    message.accept(out);
    return out.flip();
  }

  private static ByteBuffer afterMagic(Consumer<ByteBuffer> message) {
    ByteBuffer in = bytes(message);
    return in.position(4);
  }
}
