package cairn.engine.capture;

import java.io.IOException;
import java.util.Optional;

/// What is written to a volume while it is in use, as a tracker sees it. In doubt a block counts as
/// written.
public interface Writes {
  /// Which tracker it is. Empty when nobody will find it again.
  String tracker();

  /// What the next run has to find to rely on what was seen since: this tracker, in this
  /// generation, unless another one takes its place.
  default Mark mark(int generation) {
    return new Mark(tracker(), generation);
  }

  /// A generation of a tracker.
  record Mark(String tracker, int generation) {}

  /// What tells a generation from another one of its tracker with the same number; empty where
  /// there is none.
  default String stamp(int generation) {
    return "";
  }

  /// The id of the snapshot after which all writes are seen, from generation 0 on, whoever made it;
  /// empty when that is the one that remembers the mark.
  default Optional<String> base() {
    return Optional.empty();
  }

  /// Whether nothing will be written any more: it is a snapshot.
  default boolean isOver() {
    return false;
  }

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

  /// Why it was not known the last time, as half a sentence; empty when nobody can tell.
  default Optional<String> loss() {
    return Optional.empty();
  }

  /// Counts the range as written to now, because nothing was read of it.
  void countAsWritten(long offset, long length);

  /// Is told ranges of bytes.
  interface Ranges {
    void range(long offset, long length);
  }
}
