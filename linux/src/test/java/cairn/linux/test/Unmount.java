package cairn.linux.test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/// Unmounts. Processes that other tests start inherit for an instant what is open, and the
/// directory is busy as long as they have it.
public final class Unmount {
  private static final int TRIES = 40;
  private static final long PAUSE_NANOS = 50_000_000;

  private Unmount() {}

  public static void of(Path directory) throws IOException {
    for (int left = TRIES; left > 0; left--) {
      try {
        Command.run("umount", directory.toString());
        return;
      } catch (IOException e) {
        if (left == 1 || !String.valueOf(e.getMessage()).contains("busy")) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }
}
