package cairn.volume.qemu;

import java.io.IOException;

/// QEMU answered that it cannot do what it was asked for. Nothing has changed.
public final class QmpRefused extends IOException {
  private static final long serialVersionUID = 1;

  QmpRefused(String command, String why) {
    super("QEMU refuses " + command + ": " + why);
  }
}
