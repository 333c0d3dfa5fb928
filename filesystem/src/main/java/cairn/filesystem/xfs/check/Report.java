package cairn.filesystem.xfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Findings;

/// What was found, and what could not be followed because of it: what lies behind a damaged
/// structure is not known, so that its blocks must not be called lost, nor its files unreachable.
final class Report {
  private final Findings findings;
  private boolean settled = true;
  private boolean blocksKnown = true;
  private boolean namesKnown = true;

  Report(Findings findings) {
    this.findings = findings;
  }

  /// From now on, only structures by themselves are told of: changes of others are in the log.
  void unsettled() {
    settled = false;
    blocksKnown = false;
    namesKnown = false;
  }

  boolean isSettled() {
    return settled;
  }

  /// A structure is wrong by itself.
  void problem(CorruptData problem) {
    findings.problem(problem);
  }

  /// Structures do not agree with each other.
  void problem(Subject subject, String field, Object have, Object expect) {
    if (settled) {
      findings.problem(subject.corrupt(field, have.toString(), expect.toString()));
    }
  }

  /// Not every block's owner is known any more.
  void blocksHidden() {
    blocksKnown = false;
  }

  /// Not every file's name is known any more.
  void namesHidden() {
    namesKnown = false;
  }

  boolean blocksKnown() {
    return blocksKnown;
  }

  boolean namesKnown() {
    return namesKnown;
  }
}
