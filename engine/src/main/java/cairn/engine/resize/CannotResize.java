package cairn.engine.resize;

import java.io.IOException;

/// A restore to a disk of another size that cannot be done, found out before anything was written.
public final class CannotResize extends IOException {
  private static final long serialVersionUID = 1;

  CannotResize(String why) {
    super("cannot restore to another size: " + why);
  }

  CannotResize(String why, Throwable cause) {
    super("cannot restore to another size: " + why, cause);
  }
}
