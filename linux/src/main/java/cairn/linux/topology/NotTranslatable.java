package cairn.linux.topology;

import java.io.IOException;

/// There is no fixed translation from a device to the disks beneath. The message says what is in
/// the way.
public final class NotTranslatable extends IOException {
  private static final long serialVersionUID = 1;

  NotTranslatable(String message) {
    super(message);
  }
}
