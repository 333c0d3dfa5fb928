package cairn.export.nbd;

import cairn.export.nbd.Agreement.Replies;
import cairn.volume.nbd.BlockStatus;
import cairn.volume.nbd.Chunk;
import cairn.volume.nbd.ErrorCode;
import cairn.volume.nbd.ErrorText;
import cairn.volume.nbd.Headers;
import cairn.volume.nbd.Request;
import cairn.volume.nbd.SimpleReply;
import cairn.volume.nbd.StatusExtent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;

/// Writes replies in the form that was agreed on.
final class Answers {
  private final Peer peer;
  private final Replies replies;
  private final Headers headers;

  Answers(Peer peer, Agreement agreement) {
    this.peer = peer;
    this.replies = agreement.replies();
    this.headers = agreement.headers();
  }

  boolean areStructured() {
    return replies != Replies.SIMPLE;
  }

  /// A request other than for data succeeded.
  void done(Request request) throws IOException {
    if (replies == Replies.EXTENDED) {
      nothingMore(request);
    } else {
      simple(request, ErrorCode.NONE);
    }
  }

  /// There is no data, or none after what was sent.
  void nothingMore(Request request) throws IOException {
    chunk(new Chunk(true, Chunk.NONE, request.cookie(), request.offset(), 0));
  }

  void failed(Request request, int error, String why) throws IOException {
    failed(request, error, why, OptionalLong.empty());
  }

  void failedAt(Request request, int error, String why, long offset) throws IOException {
    failed(request, error, why, OptionalLong.of(offset));
  }

  private void failed(Request request, int error, String why, OptionalLong offset)
      throws IOException {
    if (!areStructured()) {
      simple(request, error);
      return;
    }
    byte[] text = new ErrorText(error, why, offset).toBytes();
    int type = offset.isPresent() ? Chunk.ERROR_OFFSET : Chunk.ERROR;
    Chunk header = new Chunk(true, type, request.cookie(), request.offset(), text.length);
    chunk(header, ByteBuffer.wrap(text));
  }

  /// `bytes[0, length)` lie at `offset`.
  void data(Request request, long offset, byte[] bytes, int length, boolean last)
      throws IOException {
    ByteBuffer out = ByteBuffer.allocate(Chunk.bytes(headers) + Long.BYTES);
    new Chunk(last, Chunk.OFFSET_DATA, request.cookie(), request.offset(), Long.BYTES + length)
        .writeTo(out, headers);
    out.putLong(offset).flip();
    peer.write(out, ByteBuffer.wrap(bytes, 0, length));
  }

  void hole(Request request, long offset, long length, boolean last) throws IOException {
    ByteBuffer payload =
        ByteBuffer.allocate(Chunk.HOLE_BYTES).putLong(offset).putInt((int) length).flip();
    Chunk header =
        new Chunk(last, Chunk.OFFSET_HOLE, request.cookie(), request.offset(), Chunk.HOLE_BYTES);
    chunk(header, payload);
  }

  void status(Request request, int context, List<StatusExtent> extents, boolean last)
      throws IOException {
    byte[] payload = new BlockStatus(context, extents).toBytes(headers);
    int type = BlockStatus.chunkType(headers);
    Chunk header = new Chunk(last, type, request.cookie(), request.offset(), payload.length);
    chunk(header, ByteBuffer.wrap(payload));
  }

  /// All of the data of a read, where replies are simple.
  void simpleData(Request request, byte[] bytes, int length) throws IOException {
    peer.write(simpleHeader(request, ErrorCode.NONE), ByteBuffer.wrap(bytes, 0, length));
  }

  /// What follows the header of a simple reply piece by piece; other replies wait meanwhile.
  void simpleData(Request request, Peer.Message data) throws IOException {
    peer.writeWhole(() -> {
      peer.write(simpleHeader(request, ErrorCode.NONE));
      data.write();
    });
  }

  /// A piece of such data.
  void raw(byte[] bytes, int length) throws IOException {
    peer.write(ByteBuffer.wrap(bytes, 0, length));
  }

  private void simple(Request request, int error) throws IOException {
    peer.write(simpleHeader(request, error));
  }

  private static ByteBuffer simpleHeader(Request request, int error) {
    ByteBuffer out = ByteBuffer.allocate(SimpleReply.BYTES);
    new SimpleReply(error, request.cookie()).writeTo(out);
    return out.flip();
  }

  private void chunk(Chunk header, ByteBuffer payload) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(Chunk.bytes(headers) + payload.remaining());
    header.writeTo(out, headers);
    peer.write(out.put(payload).flip());
  }

  private void chunk(Chunk header) throws IOException {
    chunk(header, ByteBuffer.allocate(0));
  }
}
