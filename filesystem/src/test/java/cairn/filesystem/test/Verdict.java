package cairn.filesystem.test;

import cairn.base.bytes.Problem;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.check.Findings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What a check came upon.
///
/// @param problems their messages
/// @param unknown what could not be looked at
public record Verdict(List<String> problems, List<String> unknown) implements Findings {
  /// More are not kept.
  private static final int MOST = 10_000;

  public static Verdict of(Checkable checkable) throws IOException {
    Verdict verdict = new Verdict(new ArrayList<>(), new ArrayList<>());
    checkable.check(true, verdict);
    return verdict;
  }

  public boolean saysAnything() {
    return !problems.isEmpty() || !unknown.isEmpty();
  }

  @Override
  public void problem(Problem problem) {
    if (problems.size() < MOST) {
      problems.add(problem.message());
    }
  }

  @Override
  public void unknown(String what) {
    unknown.add(what);
  }

  @Override
  public void progress(long bytes) {}
}
