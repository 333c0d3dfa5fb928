package cairn.filesystem.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import java.io.IOException;

/// Is told what a check comes upon.
public interface Findings {
  /// Something is wrong.
  void problem(Problem problem);

  /// Something could not be looked at, so that nothing is known about it. Not a problem: a log that
  /// has to be replayed first, a feature that is not understood.
  ///
  /// @param what in one sentence, without a full stop
  void unknown(String what);

  /// So much metadata was read since the last time. To be told at least every few MiB.
  ///
  /// @throws IOException to end the check: a person wants to stop, or its time is over
  void progress(long bytes) throws IOException;

  /// The problem in it.
  default void problem(CorruptData failure) {
    problem(failure.problem());
  }
}
