package cairn.export.nbd;

import cairn.export.nbd.Agreement.Replies;
import cairn.volume.nbd.BlockSizes;
import cairn.volume.nbd.ContextItem;
import cairn.volume.nbd.ContextRequest;
import cairn.volume.nbd.ExportInfo;
import cairn.volume.nbd.Greeting;
import cairn.volume.nbd.InfoRequest;
import cairn.volume.nbd.Limits;
import cairn.volume.nbd.OptionCode;
import cairn.volume.nbd.OptionHeader;
import cairn.volume.nbd.OptionReply;
import cairn.volume.nbd.ProtocolError;
import cairn.volume.nbd.ServerItem;
import cairn.volume.nbd.TransmissionFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// Haggles with one client over options, until it takes an export or leaves.
final class Negotiation {
  private final Peer peer;
  private final Exports exports;
  private final @Nullable SSLContext tls;

  private boolean encrypted;
  private boolean zeroes;
  private Replies replies = Replies.SIMPLE;
  private List<StatusMap> contexts = List.of();
  private @Nullable Export contextsOf;
  private @Nullable Agreement agreed;
  private boolean left;

  /// @param tls to insist on encryption; null to do without
  Negotiation(Peer peer, Exports exports, @Nullable SSLContext tls) {
    this.peer = peer;
    this.exports = exports;
    this.tls = tls;
  }

  /// @return empty when the client has left in order
  Optional<Agreement> run() throws IOException {
    ByteBuffer greeting = ByteBuffer.allocate(Greeting.BYTES);
    new Greeting(Greeting.FIXED_NEWSTYLE | Greeting.NO_ZEROES).writeTo(greeting);
    peer.write(greeting.flip());
    int flags = peer.next(Greeting.CLIENT_FLAGS_BYTES).getInt();
    if ((flags & ~(Greeting.FIXED_NEWSTYLE | Greeting.NO_ZEROES)) != 0) {
      throw new ProtocolError("unknown flags of the handshake: 0x" + Integer.toHexString(flags));
    }
    zeroes = (flags & Greeting.NO_ZEROES) == 0;
    while (agreed == null && !left) {
      option();
    }
    return Optional.ofNullable(agreed);
  }

  private void option() throws IOException {
    OptionHeader header = OptionHeader.read(peer.next(OptionHeader.BYTES));
    if (header.length() > Limits.OPTION_BYTES_MAX) {
      peer.skip(header.length());
      refuse(header.option(), OptionReply.ERROR_TOO_BIG, "the option is too long");
      return;
    }
    ByteBuffer data = peer.next((int) header.length());
    if (tls != null && !encrypted) {
      beforeTls(header.option(), data, tls);
      return;
    }
    try {
      answer(header.option(), data);
    } catch (ProtocolError e) {
      if (header.option() == OptionCode.EXPORT_NAME) {
        throw e; // which has no way to say no
      }
      refuse(header.option(), OptionReply.ERROR_INVALID, String.valueOf(e.getMessage()));
    }
  }

  private void beforeTls(int option, ByteBuffer data, SSLContext context) throws IOException {
    switch (option) {
      case OptionCode.STARTTLS -> startTls(data, context);
      case OptionCode.ABORT -> abort();
      case OptionCode.EXPORT_NAME -> throw new ProtocolError("the client does not encrypt");
      default -> refuse(option, OptionReply.ERROR_TLS_REQUIRED, "this server insists on TLS");
    }
  }

  private void answer(int option, ByteBuffer data) throws IOException {
    switch (option) {
      case OptionCode.EXPORT_NAME -> exportName(data);
      case OptionCode.ABORT -> abort();
      case OptionCode.LIST -> list(data);
      case OptionCode.INFO, OptionCode.GO -> info(option, InfoRequest.read(data));
      case OptionCode.STRUCTURED_REPLY -> raise(option, Replies.STRUCTURED, data);
      case OptionCode.EXTENDED_HEADERS -> raise(option, Replies.EXTENDED, data);
      case OptionCode.LIST_META_CONTEXT, OptionCode.SET_META_CONTEXT ->
          contexts(option, ContextRequest.read(data));
      case OptionCode.STARTTLS ->
          refuse(
              option,
              encrypted ? OptionReply.ERROR_INVALID : OptionReply.ERROR_POLICY,
              encrypted ? "TLS is on already" : "this server does without TLS");
      default -> refuse(option, OptionReply.ERROR_UNSUPPORTED, "unknown option");
    }
  }

  private void abort() throws IOException {
    left = true;
    try {
      acknowledge(OptionCode.ABORT);
    } catch (IOException e) {
      return; // it need not wait for that
    }
  }

  /// Everything that was agreed on before is forgotten with it: nothing has been, as this comes
  /// first.
  private void startTls(ByteBuffer data, SSLContext context) throws IOException {
    if (data.hasRemaining()) {
      refuse(OptionCode.STARTTLS, OptionReply.ERROR_INVALID, "STARTTLS has no data");
      return;
    }
    acknowledge(OptionCode.STARTTLS);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    peer.encrypt(engine);
    encrypted = true;
  }

  private void exportName(ByteBuffer data) throws IOException {
    String name = StandardCharsets.UTF_8.decode(data).toString();
    Optional<Export> export = exports.find(name);
    if (export.isEmpty() || replies == Replies.EXTENDED) {
      throw new ProtocolError("the client asked in a way that knows no answer for '" + name + "'");
    }
    ExportInfo info = new ExportInfo(export.get().volume().size(), flags(export.get()));
    peer.write(ByteBuffer.wrap(info.withoutType(zeroes ? ExportInfo.ZEROES_BYTES : 0)));
    agreed = agreement(export.get());
  }

  private void list(ByteBuffer data) throws IOException {
    if (data.hasRemaining()) {
      refuse(OptionCode.LIST, OptionReply.ERROR_INVALID, "LIST has no data");
      return;
    }
    for (Export export : exports.all()) {
      ServerItem item = new ServerItem(export.name(), export.description());
      reply(OptionCode.LIST, OptionReply.SERVER, item.toBytes());
    }
    acknowledge(OptionCode.LIST);
  }

  private void info(int option, InfoRequest request) throws IOException {
    Optional<Export> found = exports.find(request.name());
    if (found.isEmpty()) {
      refuse(option, OptionReply.ERROR_UNKNOWN, "there is no export '" + request.name() + "'");
      return;
    }
    Export export = found.get();
    ExportInfo always = new ExportInfo(export.volume().size(), flags(export));
    reply(option, OptionReply.INFO, always.toBytes());
    for (int type : request.types().stream().distinct().toList()) {
      Optional<byte[]> fact = fact(type, export);
      if (fact.isPresent()) {
        reply(option, OptionReply.INFO, fact.get());
      }
    }
    acknowledge(option);
    if (option == OptionCode.GO) {
      agreed = agreement(export);
    }
  }

  private static Optional<byte[]> fact(int type, Export export) {
    return switch (type) {
      case InfoRequest.NAME -> Optional.of(InfoRequest.text(type, export.name()));
      case InfoRequest.DESCRIPTION -> Optional.of(InfoRequest.text(type, export.description()));
      case InfoRequest.BLOCK_SIZE ->
          Optional.of(
              new BlockSizes(1, export.volume().blockSize(), Limits.PAYLOAD_BYTES_MAX).toBytes());
      default -> Optional.empty();
    };
  }

  /// Contexts that were chosen before are forgotten: their answers have another form now.
  private void raise(int option, Replies wanted, ByteBuffer data) throws IOException {
    if (data.hasRemaining()) {
      refuse(option, OptionReply.ERROR_INVALID, "the option has no data");
    } else if (replies == Replies.EXTENDED && wanted == Replies.STRUCTURED) {
      refuse(option, OptionReply.ERROR_EXTENDED_HEADERS_REQUIRED, "headers are extended already");
    } else if (replies == wanted) {
      refuse(option, OptionReply.ERROR_INVALID, "this is agreed on already");
    } else {
      replies = wanted;
      contexts = List.of();
      acknowledge(option);
    }
  }

  private void contexts(int option, ContextRequest request) throws IOException {
    boolean set = option == OptionCode.SET_META_CONTEXT;
    if (set) {
      contexts = List.of();
    }
    Optional<Export> export = exports.find(request.export());
    if (replies == Replies.SIMPLE) {
      refuse(option, OptionReply.ERROR_INVALID, "contexts need structured replies");
    } else if (export.isEmpty()) {
      refuse(option, OptionReply.ERROR_UNKNOWN, "no export '" + request.export() + "'");
    } else {
      List<StatusMap> chosen = chosen(export.get(), request.queries(), set);
      for (int id = 0; id < chosen.size(); id++) {
        byte[] item = new ContextItem(set ? id : 0, chosen.get(id).name()).toBytes();
        reply(option, OptionReply.META_CONTEXT, item);
      }
      acknowledge(option);
      if (set) {
        contexts = chosen;
        contextsOf = export.get();
      }
    }
  }

  private static List<StatusMap> chosen(Export export, List<String> queries, boolean set) {
    if (!set && queries.isEmpty()) {
      return export.maps();
    }
    List<StatusMap> chosen = new ArrayList<>();
    for (StatusMap map : export.maps()) {
      String name = map.name();
      String namespace = name.substring(0, name.indexOf(':') + 1);
      if (queries.contains(name) || (!set && queries.contains(namespace))) {
        chosen.add(map);
      }
    }
    return chosen;
  }

  private int flags(Export export) {
    int flags =
        TransmissionFlag.HAS_FLAGS
            | TransmissionFlag.CAN_MULTI_CONN
            | TransmissionFlag.SEND_CACHE
            | (replies == Replies.SIMPLE ? 0 : TransmissionFlag.SEND_DF);
    if (export.writable().isEmpty()) {
      return flags | TransmissionFlag.READ_ONLY;
    }
    return flags
        | TransmissionFlag.SEND_FLUSH
        | TransmissionFlag.SEND_FUA
        | TransmissionFlag.SEND_TRIM
        | TransmissionFlag.SEND_WRITE_ZEROES
        | TransmissionFlag.SEND_FAST_ZERO;
  }

  private Agreement agreement(Export export) {
    return new Agreement(export, replies, export.equals(contextsOf) ? contexts : List.of());
  }

  private void acknowledge(int option) throws IOException {
    reply(option, OptionReply.ACK, new byte[0]);
  }

  private void refuse(int option, int error, String why) throws IOException {
    reply(option, error, why.getBytes(StandardCharsets.UTF_8));
  }

  private void reply(int option, int type, byte[] data) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(OptionReply.BYTES + data.length);
    new OptionReply(option, type, data.length).writeTo(out);
    peer.write(out.put(data).flip());
  }
}
