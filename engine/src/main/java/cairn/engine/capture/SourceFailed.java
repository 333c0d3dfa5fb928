package cairn.engine.capture;

import java.io.IOException;

/// The source could not be read; the repository is in order.
public final class SourceFailed extends IOException {
  private static final long serialVersionUID = 1;

  public SourceFailed(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
