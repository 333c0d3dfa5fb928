package cairn.engine.files;

import cairn.base.bytes.Problem;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Counts what is copied. Safe for use by several threads.
final class Tally {
  private final LongAdder files = new LongAdder();
  private final LongAdder directories = new LongAdder();
  private final LongAdder others = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  void file() {
    files.increment();
  }

  void directory() {
    directories.increment();
  }

  void other() {
    others.increment();
  }

  void bytes(long written) {
    bytes.add(written);
  }

  CopyReport report(List<Problem> problems, List<String> warnings, long durationMillis) {
    return new CopyReport(
        files.sum(),
        directories.sum(),
        others.sum(),
        bytes.sum(),
        problems,
        warnings,
        durationMillis);
  }
}
