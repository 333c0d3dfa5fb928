package cairn.linux.tracking;

import java.io.IOException;

/// A tracker counted up to its last generation. It goes on marking; to tell what comes later from
/// what came before, a new one is needed.
public final class GenerationsUsedUp extends IOException {
  private static final long serialVersionUID = 1;

  GenerationsUsedUp(TrackerId id) {
    super("tracker " + id + " has used up its generations: start a new one");
  }
}
