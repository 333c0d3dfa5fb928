package cairn.base.bytes;

/// Bytes that were read successfully and are wrong. Never retried, and never used for an I/O error,
/// which says nothing about the bytes (truth 6). What was being read is unusable; everything else
/// is as it was.
public final class CorruptData extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Problem.Corrupt problem;

  public CorruptData(Problem.Corrupt problem) {
    super(problem.message());
    this.problem = problem;
  }

  /// The damage as a value.
  public Problem.Corrupt problem() {
    return problem;
  }
}
