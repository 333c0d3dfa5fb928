package cairn.engine.capture;

import java.io.IOException;

/// There was no moment to take an image of: what writes to a volume is faster than reading it, or
/// could not be made to wait.
public final class CannotConverge extends IOException {
  private static final long serialVersionUID = 1;

  CannotConverge(String message) {
    super(message);
  }

  CannotConverge(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
