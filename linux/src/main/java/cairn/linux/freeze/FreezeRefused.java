package cairn.linux.freeze;

import java.io.IOException;
import java.nio.file.Path;

/// A file system cannot be frozen now, or ever; nothing is frozen. A caller may know another way.
public final class FreezeRefused extends IOException {
  private static final long serialVersionUID = 1;

  /// Why.
  public enum Reason {
    /// Somebody else froze it, and has to thaw it.
    FROZEN_ALREADY,
    /// Its type has nothing to freeze: FAT, tmpfs, most network file systems.
    NOT_SUPPORTED
  }

  private final String mountPoint;
  private final Reason reason;

  FreezeRefused(Path mountPoint, Reason reason, Throwable cause) {
    super(
        switch (reason) {
          case FROZEN_ALREADY ->
              mountPoint + " is frozen by somebody else; thaw it with fsfreeze -u, and try again";
          case NOT_SUPPORTED -> "the file system at " + mountPoint + " is of a type without freeze";
        },
        cause);
    this.mountPoint = mountPoint.toString();
    this.reason = reason;
  }

  public Path mountPoint() {
    return Path.of(mountPoint);
  }

  public Reason reason() {
    return reason;
  }
}
