package cairn.linux.freeze;

import java.io.IOException;

/// A file system was thawed before its time, by the watchdog or by somebody else: what was read in
/// the belief that it stood still is of no one moment.
public final class FreezeBroken extends IOException {
  private static final long serialVersionUID = 1;

  FreezeBroken(String message) {
    super(message);
  }
}
