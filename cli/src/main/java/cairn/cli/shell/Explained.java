package cairn.cli.shell;

import java.io.IOException;

/// A failure with a sentence added on what state things are left in.
public final class Explained extends IOException {
  private static final long serialVersionUID = 1;

  private final Exception reason;

  public Explained(Exception reason, String state) {
    super(Failures.sentence(reason) + "; " + state, reason);
    this.reason = reason;
  }

  public Exception reason() {
    return reason;
  }
}
