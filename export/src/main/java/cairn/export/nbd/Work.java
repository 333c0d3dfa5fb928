package cairn.export.nbd;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.block.NoRoom;
import cairn.base.block.WritableBlocks;
import cairn.export.nbd.Agreement.Replies;
import cairn.export.nbd.Tally.Failure;
import cairn.export.nbd.Tally.Kind;
import cairn.volume.nbd.Command;
import cairn.volume.nbd.ErrorCode;
import cairn.volume.nbd.Limits;
import cairn.volume.nbd.ProtocolError;
import cairn.volume.nbd.Request;
import cairn.volume.nbd.StatusExtent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// Does what requests ask for. Safe for use by several threads, each with a piece of its own.
final class Work {
  /// A hint may take some time, but not all of it.
  private static final long CACHE_BYTES_MAX = 64L << 20;

  private final Agreement agreement;
  private final Answers answers;
  private final Tally tally;
  private final Semaphore readers;
  private final BlockReader volume;
  private final Optional<WritableBlocks> writable;

  /// @param readers how many of all clients' threads may still read
  Work(Agreement agreement, Answers answers, Tally tally, Semaphore readers) {
    this.readers = readers;
    this.agreement = agreement;
    this.answers = answers;
    this.tally = tally;
    this.volume = agreement.export().volume();
    this.writable = agreement.export().writable();
  }

  /// @param piece has what is left of the payload of a write
  void run(Request request, Piece piece) throws IOException {
    int refusal = piece.refusal() == ErrorCode.NONE ? refusal(request) : piece.refusal();
    if (refusal != ErrorCode.NONE) {
      answers.failed(request, refusal, "the request is refused");
      return;
    }
    switch (request.type()) {
      case Command.READ -> read(request, piece);
      case Command.WRITE -> finishWrite(request, piece);
      case Command.BLOCK_STATUS -> status(request);
      case Command.FLUSH -> change(request, Kind.FLUSH, WritableBlocks::flush);
      case Command.TRIM ->
          change(request, Kind.WRITE, to -> to.trim(request.offset(), request.length()));
      case Command.WRITE_ZEROES ->
          change(request, Kind.WRITE, to -> to.zero(request.offset(), request.length()));
      case Command.CACHE -> cache(request);
      default -> throw new IllegalStateException("command " + request.type() + " was let through");
    }
  }

  /// Why this request cannot be done, whatever the volume holds; [ErrorCode#NONE] if it can.
  int refusal(Request request) {
    if ((request.flags() & ~allowedFlags(request.type())) != 0) {
      return ErrorCode.INVALID;
    }
    return switch (request.type()) {
      case Command.READ -> readRefusal(request);
      case Command.WRITE, Command.WRITE_ZEROES, Command.TRIM ->
          writable.isEmpty()
              ? ErrorCode.PERMISSION
              : isWithin(request)
                  ? ErrorCode.NONE
                  : request.type() == Command.TRIM ? ErrorCode.INVALID : ErrorCode.NO_SPACE;
      case Command.BLOCK_STATUS ->
          isWithin(request) && request.length() > 0 && agreement.anyContext().isPresent()
              ? ErrorCode.NONE
              : ErrorCode.INVALID;
      case Command.CACHE -> isWithin(request) ? ErrorCode.NONE : ErrorCode.INVALID;
      case Command.FLUSH -> ErrorCode.NONE;
      default -> ErrorCode.INVALID;
    };
  }

  private int readRefusal(Request request) {
    if (!isWithin(request) || request.length() > Limits.PAYLOAD_BYTES_MAX) {
      return ErrorCode.INVALID;
    }
    boolean tooLong = request.has(Command.FLAG_DF) && request.length() > Session.PIECE_BYTES;
    return tooLong ? ErrorCode.OVERFLOW : ErrorCode.NONE;
  }

  private int allowedFlags(int type) {
    return Command.FLAG_FUA
        | switch (type) {
          case Command.READ -> answers.areStructured() ? Command.FLAG_DF : 0;
          case Command.WRITE ->
              agreement.replies() == Replies.EXTENDED ? Command.FLAG_PAYLOAD_LENGTH : 0;
          case Command.WRITE_ZEROES -> Command.FLAG_NO_HOLE | Command.FLAG_FAST_ZERO;
          case Command.BLOCK_STATUS -> Command.FLAG_REQ_ONE;
          default -> 0;
        };
  }

  private boolean isWithin(Request request) {
    return request.offset() >= 0
        && request.length() >= 0
        && request.offset() <= volume.size() - request.length();
  }

  private void read(Request request, Piece piece) throws IOException {
    if (request.length() <= shortRead()) {
      readWhole(request, piece);
    } else if (answers.areStructured() && !request.has(Command.FLAG_DF)) {
      readInPieces(request, piece);
    } else if (request.length() <= Session.PIECE_BYTES) {
      readWhole(request, piece);
    } else {
      readSimply(request, piece);
    }
  }

  /// Below it, holes are not worth looking for.
  private int shortRead() {
    return Math.min(volume.blockSize(), Session.PIECE_BYTES);
  }

  private void readWhole(Request request, Piece piece) throws IOException {
    int length = (int) request.length();
    byte[] bytes = piece.bytes(length);
    try {
      load(request.offset(), bytes, length);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      fail(request, Kind.READ, request.offset(), e);
      return;
    }
    if (!answers.areStructured()) {
      answers.simpleData(request, bytes, length);
    } else if (length == 0) {
      answers.nothingMore(request);
    } else {
      answers.data(request, request.offset(), bytes, length, true);
    }
    tally.read(length);
  }

  private void readInPieces(Request request, Piece piece) throws IOException {
    long end = request.offset() + request.length();
    long at = request.offset();
    List<Extent> extents;
    try {
      extents = volume.extents(at, request.length());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      fail(request, Kind.READ, at, e);
      return;
    }
    for (Extent extent : extents) {
      if (extent.state() == Extent.State.HOLE) {
        at = extent.end();
        answers.hole(request, extent.offset(), extent.length(), at == end);
        continue;
      }
      while (at < extent.end()) {
        int step = (int) Math.min(Session.PIECE_BYTES, extent.end() - at);
        byte[] bytes = piece.bytes(step);
        try {
          load(at, bytes, step);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
          fail(request, Kind.READ, at, e);
          return;
        }
        answers.data(request, at, bytes, step, at + step == end);
        at += step;
      }
    }
    tally.read(request.length());
  }

  /// Whether there will be an error has to be said before the data, so all is read once to see.
  private void readSimply(Request request, Piece piece) throws IOException {
    byte[] bytes = piece.bytes(Session.PIECE_BYTES);
    try {
      eachPiece(request, (offset, length) -> load(offset, bytes, length));
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      fail(request, Kind.READ, request.offset(), e);
      return;
    }
    answers.simpleData(
        request,
        () ->
            eachPiece(
                request,
                (offset, length) -> {
                  readAgain(offset, bytes, length);
                  answers.raw(bytes, length);
                }));
    tally.read(request.length());
  }

  /// After the reply has begun nothing but the end of the connection can tell of a failure.
  private void readAgain(long offset, byte[] bytes, int length) throws IOException {
    try {
      load(offset, bytes, length);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      tally.failed(new Failure(agreement.export().name(), Kind.READ, offset, e));
      throw new ProtocolError("a read failed within its reply");
    }
  }

  /// Decoding takes memory, so that not every thread of every client may do it at once.
  private void load(long offset, byte[] bytes, int length) throws IOException {
    readers.acquireUninterruptibly();
    try {
      volume.read(offset, bytes, 0, length);
    } finally {
      readers.release();
    }
  }

  private interface PieceAction {
    void run(long offset, int length) throws IOException;
  }

  private static void eachPiece(Request request, PieceAction action) throws IOException {
    long end = request.offset() + request.length();
    for (long at = request.offset(); at < end; at += Session.PIECE_BYTES) {
      action.run(at, (int) Math.min(Session.PIECE_BYTES, end - at));
    }
  }

  /// Writes what the piece holds.
  void write(Request request, Piece piece) {
    if (piece.refusal() == ErrorCode.NONE) {
      long offset = request.offset() + piece.done();
      try {
        writable.orElseThrow().write(offset, piece.bytes(0), 0, piece.length());
        tally.wrote(piece.length());
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        tally.failed(new Failure(agreement.export().name(), Kind.WRITE, offset, e));
        piece.refuse(code(e));
      }
    }
    piece.advance();
  }

  private void finishWrite(Request request, Piece piece) throws IOException {
    write(request, piece);
    if (piece.refusal() != ErrorCode.NONE) {
      answers.failed(request, piece.refusal(), "the data could not be stored");
      return;
    }
    change(request, Kind.FLUSH, to -> {});
  }

  private interface Change {
    void apply(WritableBlocks to) throws IOException;
  }

  private void change(Request request, Kind kind, Change change) throws IOException {
    try {
      if (writable.isPresent()) {
        change.apply(writable.get());
        if (request.has(Command.FLAG_FUA) && request.type() != Command.FLUSH) {
          writable.get().flush();
        }
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      fail(request, kind, request.offset(), e);
      return;
    }
    answers.done(request);
  }

  private void status(Request request) throws IOException {
    boolean one = request.has(Command.FLAG_REQ_ONE);
    List<List<StatusExtent>> all = new ArrayList<>();
    try {
      for (StatusMap map : agreement.contexts()) {
        List<StatusExtent> extents = map.status(request.offset(), request.length());
        all.add(one ? extents.subList(0, 1) : extents);
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      fail(request, Kind.READ, request.offset(), e);
      return;
    }
    for (int context = 0; context < all.size(); context++) {
      answers.status(request, context, all.get(context), context == all.size() - 1);
    }
  }

  /// A reader that keeps blocks keeps those of which it has to give a part.
  private void cache(Request request) throws IOException {
    long end = request.offset() + Math.min(request.length(), CACHE_BYTES_MAX);
    byte[] part = new byte[1];
    try {
      for (long at = request.offset(); at < end; ) {
        volume.read(at, part, 0, 1);
        at = (at / volume.blockSize() + 1) * volume.blockSize();
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      fail(request, Kind.READ, request.offset(), e);
      return;
    }
    answers.done(request);
  }

  private void fail(Request request, Kind kind, long offset, Throwable why) throws IOException {
    tally.failed(new Failure(agreement.export().name(), kind, offset, why));
    String text = why instanceof IOException ? String.valueOf(why.getMessage()) : why.toString();
    if (request.type() == Command.READ) {
      answers.failedAt(request, code(why), text, offset);
    } else {
      answers.failed(request, code(why), text);
    }
  }

  private static int code(Throwable why) {
    return switch (why) {
      case NoRoom full -> ErrorCode.NO_SPACE;
      case OutOfMemoryError memory -> ErrorCode.NO_MEMORY;
      default -> ErrorCode.IO;
    };
  }
}
