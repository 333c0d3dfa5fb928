package cairn.engine.capture;

import cairn.linux.tracking.ChangeTracker;
import java.io.IOException;

/// What an eBPF tracker sees.
///
/// @param isPinned whether it goes on after this process, so that the next run may rely on it
record TrackedWrites(ChangeTracker changes, boolean isPinned) implements Writes {
  @Override
  public String tracker() {
    return isPinned ? changes.id().toString() : "";
  }

  @Override
  public boolean isSeeing() {
    return true;
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
