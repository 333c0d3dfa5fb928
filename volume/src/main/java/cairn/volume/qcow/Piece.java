package cairn.volume.qcow;

/// A range of the guest's disk, and what holds it.
///
/// @param offset in the guest's disk
/// @param host where the bytes are, of `DATA` and `COMPRESSED`
/// @param stored how many bytes there are to decompress, of `COMPRESSED`
record Piece(Kind kind, long offset, long length, long host, int stored) {
  /// What holds it. `BACKING` is whatever the backing file holds, or zeros.
  enum Kind {
    DATA,
    COMPRESSED,
    ZERO,
    BACKING
  }

  static Piece of(Kind kind, long offset, long length) {
    return new Piece(kind, offset, length, 0, 0);
  }

  long end() {
    return offset + length;
  }

  /// Whether one read or one extent can tell of both.
  boolean isContinuedBy(Piece next) {
    return kind == next.kind
        && kind != Kind.COMPRESSED
        && (kind != Kind.DATA || host + length == next.host);
  }

  Piece with(Piece next) {
    return new Piece(kind, offset, length + next.length, host, stored);
  }
}
