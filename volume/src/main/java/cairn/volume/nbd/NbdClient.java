package cairn.volume.nbd;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A client of one export, for reading. Several threads may ask at once; the requests of all are
/// under way together, on one connection.
///
/// The first failure of the connection is final. An error that the server reports of a range fails
/// what asked for it, and nothing else.
public final class NbdClient implements Closeable {
  /// What is asked for at once, so that others get their turn.
  private static final int READ_BYTES_MAX = 4 << 20;

  /// A program that was stopped for an hour has waited once, not for an hour.
  private static final int WAITS = 10;

  private static final long STATUS_BYTES_MAX = 1L << 30;
  private static final int ERROR_BYTES_MAX = 6 + 0xFFFF + 8;

  private final NbdUri uri;
  private final Transport transport;
  private final Handshake.Agreed agreed;
  private final ConcurrentMap<Long, Pending> pending = new ConcurrentHashMap<>();
  private final AtomicLong cookies = new AtomicLong();
  private final Patience patience;
  private volatile @Nullable IOException broken;

  private NbdClient(NbdUri uri, Transport transport, Handshake.Agreed agreed, Patience patience) {
    this.patience = patience;
    this.uri = uri;
    this.transport = transport;
    this.agreed = agreed;
  }

  /// @param contexts names of those that are wanted; the server may not have them
  public static NbdClient connect(NbdUri uri, List<String> contexts) throws IOException {
    return connect(uri, contexts, Patience.USUAL);
  }

  static NbdClient connect(NbdUri uri, List<String> contexts, Patience patience)
      throws IOException {
    try {
      Transport transport = Transport.of(uri);
      try {
        FutureTask<Handshake.Agreed> handshake =
            new FutureTask<>(() -> {
              transport.connect();
              return new Handshake(transport, uri).run(contexts);
            });
        Thread.ofPlatform().daemon().name("nbd-handshake").start(handshake);
        Handshake.Agreed agreed = result(handshake, patience.handshake());
        NbdClient client = new NbdClient(uri, transport, agreed, patience);
        Thread.ofPlatform().daemon().name("nbd-replies").start(client::receive);
        return client;
      } catch (IOException | RuntimeException e) {
        transport.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IOException("cannot use " + uri + ": " + e.getMessage(), e);
    }
  }

  /// Whoever stops to wait closes the transport, which ends the handshake.
  private static Handshake.Agreed result(Future<Handshake.Agreed> handshake, Duration time)
      throws IOException {
    try {
      return handshake.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "the server has not ended its handshake within " + time.toSeconds() + " seconds", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("the handshake failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while connecting", e);
    }
  }

  public NbdUri uri() {
    return uri;
  }

  public long size() {
    return agreed.info().size();
  }

  /// Whether the server tells of this context.
  public boolean has(String context) {
    return agreed.contexts().containsKey(context);
  }

  /// Fills `target[from, from + length)` with the bytes at `offset`, which lie within the export.
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    int unit = agreed.sizes().min();
    long begin = offset / unit * unit;
    long end = Math.min(size(), (offset + length + unit - 1) / unit * unit);
    if (begin == offset && end == offset + length) {
      readAligned(offset, target, from, length);
    } else if (length > 0) {
      byte[] wider = new byte[Math.toIntExact(end - begin)];
      readAligned(begin, wider, 0, wider.length);
      System.arraycopy(wider, (int) (offset - begin), target, from, length);
    }
  }

  private void readAligned(long offset, byte[] target, int from, int length) throws IOException {
    int unit = agreed.sizes().min();
    int payload = agreed.sizes().payloadMax();
    int most = payload < 0 ? READ_BYTES_MAX : Math.min(READ_BYTES_MAX, payload);
    most -= most % unit;
    for (int done = 0; done < length; done += most) {
      int count = Math.min(most, length - done);
      ask(Command.READ, offset + done, count, target, from + done);
    }
  }

  /// What a context says from `offset` on: extents that together have `length` bytes or less, and
  /// one at least.
  public List<StatusExtent> status(String context, long offset, long length) throws IOException {
    Integer id = agreed.contexts().get(context);
    if (id == null) {
      throw new IllegalStateException("the server does not tell of " + context);
    }
    int unit = agreed.sizes().min();
    long begin = offset / unit * unit;
    long most = Math.min(offset + length - begin, STATUS_BYTES_MAX);
    long asked = Math.min((most + unit - 1) / unit * unit, size() - begin);
    Pending answer = ask(Command.BLOCK_STATUS, begin, asked, new byte[0], 0);
    List<StatusExtent> extents = clipped(answer.status(id), offset - begin, length);
    if (extents.isEmpty() && length > 0) {
      throw new ProtocolError(
          uri + " says less than what it was asked of bytes " + offset + "+" + length);
    }
    return extents;
  }

  private static List<StatusExtent> clipped(List<StatusExtent> extents, long skip, long length) {
    List<StatusExtent> clipped = new ArrayList<>();
    long ahead = skip;
    long left = length;
    for (StatusExtent extent : extents) {
      long count = Math.min(extent.length() - Math.min(ahead, extent.length()), left);
      ahead -= Math.min(ahead, extent.length());
      if (count > 0) {
        clipped.add(new StatusExtent(count, extent.flags()));
        left -= count;
      }
    }
    return clipped;
  }

  private Pending ask(int type, long offset, long length, byte[] target, int from)
      throws IOException {
    Request request = new Request(0, type, cookies.incrementAndGet(), offset, length);
    Pending asked = new Pending(request, target, from);
    pending.put(request.cookie(), asked);
    try {
      send(request);
    } catch (IOException e) {
      breakOff(e);
    }
    IOException why = broken;
    if (why != null) {
      asked.fail(why);
    }
    await(asked);
    return asked;
  }

  /// As long as anything arrives, whatever it answers.
  private void await(Pending asked) throws IOException {
    long received = transport.received();
    int waits = 0;
    while (!asked.await(uri.toString(), patience.silence().dividedBy(WAITS))) {
      long now = transport.received();
      waits = now == received ? waits + 1 : 0;
      if (waits == WAITS) {
        breakOff(
            new IOException(
                "the server has sent nothing for "
                    + patience.silence().toSeconds()
                    + " seconds, and something is to come"));
        transport.close();
      }
      received = now;
    }
  }

  private void send(Request request) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Request.bytes(Headers.COMPACT));
    request.writeTo(bytes, Headers.COMPACT);
    synchronized (transport) {
      transport.write(bytes);
    }
  }

  private void breakOff(IOException why) {
    IOException first;
    synchronized (pending) {
      first = broken == null ? why : broken;
      broken = first;
    }
    pending.values().forEach(each -> each.fail(first));
    pending.clear();
  }

  private void receive() {
    try {
      while (true) {
        receiveOne();
      }
    } catch (IOException e) {
      breakOff(e);
    } catch (RuntimeException | Error e) {
      breakOff(new IOException("the answer cannot be taken: " + e, e));
    }
  }

  private void receiveOne() throws IOException {
    int magic = transport.read(Integer.BYTES).getInt();
    switch (magic) {
      case SimpleReply.MAGIC -> simple(SimpleReply.read(transport.read(SimpleReply.BYTES - 4)));
      case Chunk.MAGIC -> {
        int rest = Chunk.bytes(Headers.COMPACT) - Integer.BYTES;
        chunk(Chunk.read(transport.read(rest), Headers.COMPACT));
      }
      default ->
          throw new ProtocolError("the server's reply begins with 0x" + Integer.toHexString(magic));
    }
  }

  private Pending asked(long cookie) throws ProtocolError {
    Pending asked = pending.get(cookie);
    if (asked == null) {
      throw new ProtocolError("the server answers a request that nobody made");
    }
    return asked;
  }

  private void simple(SimpleReply reply) throws IOException {
    Pending asked = asked(reply.cookie());
    if (agreed.structured()) {
      throw new ProtocolError("the server answers in one piece where chunks were agreed on");
    }
    if (reply.error() != ErrorCode.NONE) {
      asked.fail(new ErrorText(reply.error(), "", OptionalLong.empty()));
    } else {
      Request request = asked.request();
      int place = asked.place(request.offset(), request.length());
      transport.read(asked.target(), place, (int) request.length());
    }
    end(asked);
  }

  private void chunk(Chunk chunk) throws IOException {
    Pending asked = asked(chunk.cookie());
    if (!agreed.structured()) {
      throw new ProtocolError("the server answers in chunks that were not agreed on");
    }
    if (chunk.isError()) {
      asked.fail(ErrorText.read(payload(chunk, ERROR_BYTES_MAX), chunk.type()));
    } else {
      switch (chunk.type()) {
        case Chunk.NONE -> payload(chunk, 0);
        case Chunk.OFFSET_DATA -> data(chunk, asked);
        case Chunk.OFFSET_HOLE -> hole(payload(chunk, Chunk.HOLE_BYTES), asked);
        case Chunk.BLOCK_STATUS -> {
          ByteBuffer payload = payload(chunk, 4 + 8 * Limits.EXTENTS_MAX);
          asked.add(BlockStatus.read(payload, Headers.COMPACT), contexts());
        }
        default -> throw new ProtocolError("the server sends a chunk of type " + chunk.type());
      }
    }
    if (chunk.last()) {
      end(asked);
    }
  }

  private void data(Chunk chunk, Pending asked) throws IOException {
    long offset = Wire.u64(transport.read(Long.BYTES), "the offset of data");
    long length = chunk.length() - Long.BYTES;
    int place = asked.place(offset, length);
    transport.read(asked.target(), place, (int) length);
  }

  private static void hole(ByteBuffer payload, Pending asked) throws ProtocolError {
    long offset = Wire.u64(payload, "the offset of a hole");
    long length = Wire.u32(payload, "the length of a hole");
    int place = asked.place(offset, length);
    Arrays.fill(asked.target(), place, place + (int) length, (byte) 0);
  }

  private ByteBuffer payload(Chunk chunk, int most) throws IOException {
    if (chunk.length() < 0 || chunk.length() > most) {
      throw new ProtocolError(
          "the server sends " + chunk.length() + " bytes in a chunk of type " + chunk.type());
    }
    return transport.read((int) chunk.length());
  }

  private void end(Pending asked) throws ProtocolError {
    asked.end(contexts());
    pending.remove(asked.request().cookie());
  }

  private Collection<Integer> contexts() {
    return agreed.contexts().values();
  }

  /// Says goodbye, if the server still listens.
  @Override
  public void close() throws IOException {
    try (transport) {
      if (broken == null) {
        send(new Request(0, Command.DISCONNECT, 0, 0, 0));
      }
    } catch (IOException e) {
      return; // it has gone already, and nothing was to be written
    }
  }
}
