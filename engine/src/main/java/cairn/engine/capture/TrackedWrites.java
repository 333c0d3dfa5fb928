package cairn.engine.capture;

import cairn.linux.tracking.ChangeTracker;
import cairn.linux.tracking.Loss;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What an eBPF tracker sees.
///
/// @param tracker which one it is, and of which device; empty when it does not go on after this
///   process, so that the next run cannot rely on it
record TrackedWrites(ChangeTracker changes, String tracker, RandomGenerator chance)
    implements Writes {
  @Override
  public boolean isSeeing() {
    return true;
  }

  @Override
  public int generation() {
    return changes.generation();
  }

  @Override
  public String stamp(int generation) {
    return HexFormat.of().toHexDigits(changes.stamp(generation));
  }

  @Override
  public int advance() throws IOException {
    return changes.advance(chance.nextLong() | 1);
  }

  @Override
  public boolean since(int generation, Ranges ranges) {
    return changes.changedSince(generation, ranges::range);
  }

  @Override
  public Optional<String> loss() {
    return changes.loss().map(Loss::sentence);
  }

  @Override
  public void countAsWritten(long offset, long length) {
    changes.mark(offset, length);
  }
}
