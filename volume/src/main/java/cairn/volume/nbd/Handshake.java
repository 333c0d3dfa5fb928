package cairn.volume.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLException;

/// The client's side of the negotiation: structured replies if they can be had, contexts, and the
/// export by [OptionCode#GO].
final class Handshake {
  private static final int SIZE_MIN = 1;
  private static final int SIZE_PREFERRED = 4096;
  private static final int SIZE_MIN_MAX = 64 * 1024;

  private final Transport transport;
  private final boolean tls;
  private final String export;

  Handshake(Transport transport, NbdUri uri) {
    this.transport = transport;
    this.tls = uri.tls();
    this.export = uri.export();
  }

  /// What was agreed on.
  ///
  /// @param structured whether reads are answered by chunks
  /// @param contexts the ids of those that the server has, by their names
  record Agreed(
      ExportInfo info, BlockSizes sizes, boolean structured, Map<String, Integer> contexts) {}

  /// One reply to an option, with its data.
  private record Answer(OptionReply head, ByteBuffer data) {}

  Agreed run(List<String> wanted) throws IOException {
    Greeting greeting = Greeting.read(transport.read(Greeting.BYTES));
    if ((greeting.flags() & Greeting.FIXED_NEWSTYLE) == 0) {
      throw new ProtocolError("the server is too old: it has no fixed newstyle handshake");
    }
    int flags = greeting.flags() & (Greeting.FIXED_NEWSTYLE | Greeting.NO_ZEROES);
    transport.write(ByteBuffer.allocate(Greeting.CLIENT_FLAGS_BYTES).putInt(flags));
    if (tls) {
      encrypt();
    }
    boolean structured = isAgreed(OptionCode.STRUCTURED_REPLY, new byte[0]);
    Map<String, Integer> contexts = structured && !wanted.isEmpty() ? contexts(wanted) : Map.of();
    return go(structured, contexts);
  }

  /// Somebody on the way could leave it out, so that nothing goes on without it.
  private void encrypt() throws IOException {
    if (!isAgreed(OptionCode.STARTTLS, new byte[0])) {
      throw new IOException("the server does not encrypt; without TLS its URI begins with nbd");
    }
    try {
      transport.encrypt();
    } catch (SSLException e) {
      throw new IOException("the encryption fails: " + e.getMessage(), e);
    }
  }

  private boolean isAgreed(int option, byte[] data) throws IOException {
    return !last(ask(option, data)).isError();
  }

  private Map<String, Integer> contexts(List<String> wanted) throws IOException {
    byte[] data = new ContextRequest(export, wanted).toBytes();
    Map<String, Integer> contexts = new TreeMap<>();
    for (Answer answer : ask(OptionCode.SET_META_CONTEXT, data)) {
      if (answer.head.type() == OptionReply.META_CONTEXT) {
        ContextItem item = ContextItem.read(answer.data);
        if (!wanted.contains(item.name())
            || contexts.containsValue(item.id())
            || contexts.put(item.name(), item.id()) != null) {
          throw new ProtocolError("the server offers a context that was not asked for");
        }
      } else if (answer.head.isError()) {
        return Map.of();
      }
    }
    return contexts;
  }

  private Agreed go(boolean structured, Map<String, Integer> contexts) throws IOException {
    byte[] data = new InfoRequest(export, List.of(InfoRequest.BLOCK_SIZE)).toBytes();
    Optional<ExportInfo> info = Optional.empty();
    BlockSizes sizes = new BlockSizes(SIZE_MIN, SIZE_PREFERRED, Limits.PAYLOAD_BYTES_MAX);
    for (Answer answer : ask(OptionCode.GO, data)) {
      if (answer.head.isError()) {
        throw refused(answer);
      }
      if (answer.head.type() == OptionReply.INFO) {
        switch (Wire.u16(answer.data, "the type of a fact")) {
          case InfoRequest.EXPORT -> info = Optional.of(ExportInfo.read(answer.data));
          case InfoRequest.BLOCK_SIZE -> sizes = checked(BlockSizes.read(answer.data));
          default -> {}
        }
      }
    }
    if (info.isEmpty() || info.get().size() < 0) {
      throw new ProtocolError("the server does not say how large the export is");
    }
    return new Agreed(info.get(), sizes, structured, contexts);
  }

  private static BlockSizes checked(BlockSizes sizes) throws ProtocolError {
    boolean good =
        Integer.bitCount(sizes.min()) == 1
            && sizes.min() > 0
            && sizes.min() <= SIZE_MIN_MAX
            && Integer.compareUnsigned(sizes.payloadMax(), sizes.min()) >= 0;
    if (!good) {
      throw new ProtocolError(
          "the server takes blocks of " + sizes.min() + " to " + sizes.payloadMax() + " bytes");
    }
    return sizes;
  }

  private IOException refused(Answer answer) {
    int type = answer.head.type();
    String said = StandardCharsets.UTF_8.decode(answer.data).toString().strip();
    if (type == OptionReply.ERROR_UNKNOWN) {
      return new IOException(
          "the server has no export '" + export + "'" + (said.isEmpty() ? "" : ": " + said));
    }
    if (type == OptionReply.ERROR_TLS_REQUIRED) {
      return new IOException("the server demands TLS");
    }
    return new IOException(
        "the server refuses the export: "
            + (said.isEmpty() ? "error 0x" + Integer.toHexString(type) : said));
  }

  /// All replies to an option, of which the last acknowledges or fails.
  private List<Answer> ask(int option, byte[] data) throws IOException {
    ByteBuffer request = ByteBuffer.allocate(OptionHeader.BYTES + data.length);
    new OptionHeader(option, data.length).writeTo(request);
    transport.write(request.put(data));
    List<Answer> answers = new ArrayList<>();
    long sum = 0;
    while (answers.isEmpty() || !isLast(answers.getLast().head)) {
      OptionReply head = OptionReply.read(transport.read(OptionReply.BYTES));
      if (head.option() != option || head.length() > Limits.OPTION_BYTES_MAX) {
        throw new ProtocolError("the server answers something else than what was asked");
      }
      sum += OptionReply.BYTES + head.length();
      if (sum > Limits.ANSWERS_BYTES_MAX) {
        throw new ProtocolError("the server's answer to an option has no end");
      }
      answers.add(new Answer(head, transport.read((int) head.length())));
    }
    return answers;
  }

  private static OptionReply last(List<Answer> answers) {
    return answers.getLast().head;
  }

  private static boolean isLast(OptionReply reply) {
    return reply.type() == OptionReply.ACK || reply.isError();
  }
}
