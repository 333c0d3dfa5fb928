package cairn.repository.chunk;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;

/// How the content of a chunk is stored.
public enum Encoding {
  /// As it is.
  RAW(0),
  /// One zstd frame (RFC 8878) without content size and checksum.
  ZSTD(1),
  /// A zstd frame whose prefix is the plaintext of another chunk, the base. Depth is one: a base is
  /// never itself stored as a delta.
  ZSTD_DELTA(2);

  private static final Encoding[] ALL = values(); // a copy each time it is asked for

  private final int number;

  Encoding(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  public static Encoding of(int number, Subject subject) throws CorruptData {
    subject.check(number >= 0 && number < ALL.length, "encoding", number, "0..2");
    return ALL[number];
  }
}
