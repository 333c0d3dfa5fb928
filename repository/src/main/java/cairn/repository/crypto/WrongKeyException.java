package cairn.repository.crypto;

import java.io.IOException;

/// No key slot opens with what was given. Nothing is known to be damaged.
public final class WrongKeyException extends IOException {
  private static final long serialVersionUID = 1;

  public WrongKeyException(String message) {
    super(message);
  }
}
