package cairn.filesystem.btrfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Findings;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/// What was found so far.
final class Report {
  private static final int PROGRESS_BYTES = 1 << 20;

  private final Findings findings;
  private final Set<String> unknown = new HashSet<>();
  private long read;
  private long problems;

  Report(Findings findings) {
    this.findings = findings;
  }

  long problems() {
    return problems;
  }

  void problem(Problem problem) {
    problems++;
    findings.problem(problem);
  }

  void problem(CorruptData failure) {
    problem(failure.problem());
  }

  void corrupt(Subject subject, String field, String have, String expect) {
    problem(subject.corrupt(field, have, expect));
  }

  void corrupt(Subject subject, String field, long have, long expect) {
    corrupt(subject, field, Long.toUnsignedString(have), Long.toUnsignedString(expect));
  }

  /// Tells each reason once.
  void unknown(String what) {
    if (unknown.add(what)) {
      findings.unknown(what);
    }
  }

  void read(int bytes) throws IOException {
    read += bytes;
    if (read >= PROGRESS_BYTES) {
      findings.progress(read);
      read = 0;
    }
  }

  void finish() throws IOException {
    findings.progress(read);
    read = 0;
  }
}
