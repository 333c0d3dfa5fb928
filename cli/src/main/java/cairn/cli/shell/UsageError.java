package cairn.cli.shell;

import java.io.IOException;

/// The command line asks for something that cannot be. Nothing was done.
public final class UsageError extends IOException {
  private static final long serialVersionUID = 1;

  public UsageError(String message) {
    super(message);
  }

  public UsageError(String message, Throwable cause) {
    super(message, cause);
  }
}
