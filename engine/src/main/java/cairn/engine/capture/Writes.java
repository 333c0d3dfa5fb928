package cairn.engine.capture;

import java.io.IOException;

/// What is written to a volume while it is in use, as a tracker sees it. In doubt a block counts as
/// written.
public interface Writes {
  /// Which tracker it is. Empty when nobody will find it again.
  String tracker();

  /// Whether anything is seen at all. When not, everything counts as written to at all times.
  boolean isSeeing();

  /// The present one.
  int generation();

  /// Begins the next generation. When this returns, nothing is marked with an older one any more.
  ///
  /// @return the new generation
  int advance() throws IOException;

  /// Tells the ranges of bytes that were written to in this generation or later.
  ///
  /// @return false when that is not known: then everything counts as written to, whatever was told
  boolean since(int generation, Ranges ranges);

  /// Counts the range as written to now, because nothing was read of it.
  void countAsWritten(long offset, long length);

  /// Is told ranges of bytes.
  interface Ranges {
    void range(long offset, long length);
  }
}
