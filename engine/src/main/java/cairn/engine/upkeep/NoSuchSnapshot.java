package cairn.engine.upkeep;

import java.io.IOException;

/// What was given names no snapshot, or more than one.
public final class NoSuchSnapshot extends IOException {
  private static final long serialVersionUID = 1;

  public NoSuchSnapshot(String message) {
    super(message);
  }
}
