package cairn.engine.capture;

import cairn.linux.tracking.ChangeTracker;
import java.io.IOException;

/// What an eBPF tracker sees.
///
/// @param tracker which one it is, and of which device; empty when it does not go on after this
///   process, so that the next run cannot rely on it
record TrackedWrites(ChangeTracker changes, String tracker) implements Writes {
  @Override
  public boolean isSeeing() {
    return true;
  }

  @Override
  public int generation() {
    return changes.generation();
  }

  @Override
  public int advance() throws IOException {
    return changes.advance();
  }

  @Override
  public boolean since(int generation, Ranges ranges) {
    return changes.changedSince(generation, ranges::range);
  }

  @Override
  public void countAsWritten(long offset, long length) {
    changes.mark(offset, length);
  }
}
