package cairn.repository.crypto;

import java.io.IOException;
import java.util.Locale;

/// What was typed is not what is on the paper.
public final class PaperKeyTypo extends IOException {
  private static final long serialVersionUID = 1;

  private final int line;

  PaperKeyTypo(int line, String what) {
    super(
        String.format(
            Locale.ROOT, "line %d of the paper key %s: compare it with the paper", line, what));
    this.line = line;
  }

  /// The number printed at the start of the line, from 1.
  public int line() {
    return line;
  }
}
