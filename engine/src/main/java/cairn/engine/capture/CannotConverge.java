package cairn.engine.capture;

import java.io.IOException;

/// A volume is written to faster than it can be read, so there was no moment to take an image of.
public final class CannotConverge extends IOException {
  private static final long serialVersionUID = 1;

  CannotConverge(String message) {
    super(message);
  }
}
