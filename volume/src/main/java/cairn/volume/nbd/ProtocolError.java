package cairn.volume.nbd;

import java.io.IOException;

/// The peer sent something that the protocol does not have. Where the next message begins may be
/// unknown, so the connection is of no more use unless the catcher knows better.
public final class ProtocolError extends IOException {
  private static final long serialVersionUID = 1;

  public ProtocolError(String message) {
    super(message);
  }
}
