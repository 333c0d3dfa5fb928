package cairn.linux.tracking;

import java.io.IOException;

/// Nothing can be tracked here; the message is the reason, in one sentence.
public final class TrackerUnavailable extends IOException {
  private static final long serialVersionUID = 1;

  public TrackerUnavailable(String reason) {
    super(reason);
  }

  public TrackerUnavailable(String reason, Throwable cause) {
    super(reason, cause);
  }
}
