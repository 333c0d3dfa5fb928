package cairn.base.block;

import java.io.IOException;

/// What is written has no room. Nothing else is wrong: when there is room again, writing goes on.
public final class NoRoom extends IOException {
  private static final long serialVersionUID = 1;

  public NoRoom(String message, Throwable cause) {
    super(message, cause);
  }
}
