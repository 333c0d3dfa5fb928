package cairn.filesystem.test;

import cairn.base.bytes.Problem;
import cairn.filesystem.check.Findings;

/// Counts what a check tells, and makes the words of the first of it.
public final class Counted implements Findings {
  private static final int WORDS_MAX = 50;

  private int told;

  public boolean isAnything() {
    return told > 0;
  }

  @Override
  public void problem(Problem problem) {
    if (told++ < WORDS_MAX) {
      problem.message();
    }
  }

  @Override
  public void unknown(String what) {
    told++;
  }

  @Override
  public void progress(long read) {}
}
