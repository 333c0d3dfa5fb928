package cairn.engine.files;

import cairn.linux.CallFailed;
import java.io.IOException;

/// Where copies are written there is no room, or nothing can be written any more: going on makes no
/// sense.
public final class TargetFailed extends IOException {
  private static final long serialVersionUID = 1;

  TargetFailed(CallFailed cause) {
    super("cannot write the copy: " + cause.getMessage(), cause);
  }
}
