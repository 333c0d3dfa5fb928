package cairn.repository.session;

import java.io.IOException;

/// The session was declared dead while it ran, so its whole run is void. Nothing that was committed
/// before is touched.
public final class SessionFenced extends IOException {
  private static final long serialVersionUID = 1;

  public SessionFenced(String session) {
    super(
        "session "
            + session
            + " was fenced by another process while it ran: nothing of it counts; run it again");
  }
}
