package cairn.engine;

import java.io.IOException;

/// The wish of a person to stop. Work asks for it between steps. Safe for use by several threads.
public final class Cancellation {
  private volatile boolean wanted;

  public void cancel() {
    wanted = true;
  }

  public boolean wanted() {
    return wanted;
  }

  /// @throws Cancelled when the work is to stop
  public void check() throws Cancelled {
    if (wanted) {
      throw new Cancelled();
    }
  }

  /// The work stopped because a person wanted it to.
  public static final class Cancelled extends IOException {
    private static final long serialVersionUID = 1;

    public Cancelled() {
      super("interrupted");
    }
  }
}
