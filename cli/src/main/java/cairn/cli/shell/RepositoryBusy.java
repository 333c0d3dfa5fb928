package cairn.cli.shell;

import java.io.IOException;

/// Another process changed what this one was about to change.
public final class RepositoryBusy extends IOException {
  private static final long serialVersionUID = 1;

  public RepositoryBusy(String message) {
    super(message);
  }
}
