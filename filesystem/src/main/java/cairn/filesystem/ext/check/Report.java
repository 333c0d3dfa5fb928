package cairn.filesystem.ext.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Findings;
import java.io.IOException;

/// Tells what was found, so that the check can go on.
final class Report {
  private static final int PROGRESS_BYTES = 1 << 20;

  private final Findings findings;
  private long untold;

  /// Something that may find damage.
  @FunctionalInterface
  interface Attempt {
    void run() throws IOException, CorruptData;
  }

  Report(Findings findings) {
    this.findings = findings;
  }

  void wrong(Subject subject, String field, Object have, Object expect) {
    findings.problem(subject.corrupt(field, have.toString(), expect.toString()));
  }

  void wrong(CorruptData failure) {
    findings.problem(failure);
  }

  void unknown(String what) {
    findings.unknown(what);
  }

  /// @return whether nothing was found
  boolean good(Attempt attempt) throws IOException {
    try {
      attempt.run();
      return true;
    } catch (CorruptData e) {
      findings.problem(e);
      return false;
    }
  }

  /// So much was read.
  void read(int bytes) throws IOException {
    untold += bytes;
    if (untold >= PROGRESS_BYTES) {
      findings.progress(untold);
      untold = 0;
    }
  }

  void finish() throws IOException {
    findings.progress(untold);
  }
}
