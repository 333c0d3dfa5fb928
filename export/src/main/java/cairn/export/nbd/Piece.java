package cairn.export.nbd;

import cairn.volume.nbd.ErrorCode;

/// What one thread holds of a request: a part of its data, and how it has gone so far.
final class Piece {
  private static final int SMALL_BYTES = 4096;

  private byte[] bytes = new byte[SMALL_BYTES];
  private int length;
  private long done;
  private int refusal;

  /// Nothing of the next request is there.
  void clear() {
    length = 0;
    done = 0;
    refusal = ErrorCode.NONE;
  }

  /// A buffer of so many bytes at least.
  byte[] bytes(int atLeast) {
    if (bytes.length < atLeast) {
      bytes = new byte[Math.max(atLeast, Math.min(Session.PIECE_BYTES, bytes.length * 2))];
    }
    return bytes;
  }

  /// So many bytes of the payload are in the buffer.
  void filled(int count) {
    length = count;
  }

  int length() {
    return length;
  }

  /// How much of the payload came before what is in the buffer.
  long done() {
    return done;
  }

  /// What is in the buffer has been dealt with.
  void advance() {
    done += length;
    length = 0;
  }

  /// The request cannot be done any more.
  ///
  /// @param error that it is answered with
  void refuse(int error) {
    refusal = error;
  }

  int refusal() {
    return refusal;
  }
}
