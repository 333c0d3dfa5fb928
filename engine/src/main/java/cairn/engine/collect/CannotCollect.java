package cairn.engine.collect;

import cairn.base.bytes.Problem;
import java.io.IOException;

/// Something is damaged, missing or could not be read, so that nobody can say what is garbage:
/// nothing was deleted.
public final class CannotCollect extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  public CannotCollect(Problem problem) {
    super(problem.message() + ": nothing was deleted; run 'cairn check'");
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
