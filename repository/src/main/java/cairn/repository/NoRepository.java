package cairn.repository;

import java.io.IOException;

/// The storage holds no repository.
public final class NoRepository extends IOException {
  private static final long serialVersionUID = 1;

  public NoRepository(String location) {
    super("there is no repository at " + location + ": make one with 'cairn init'");
  }
}
