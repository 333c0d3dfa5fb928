package cairn.volume;

import java.io.IOException;

/// A source has another size than when it was opened, so what was read of it is no image of it.
final class SizeChanged extends IOException {
  private static final long serialVersionUID = 1;

  private SizeChanged(String path, long before, long now) {
    super(
        path
            + " had "
            + before
            + " bytes when it was opened and has "
            + now
            + " now; back it up again when it no longer changes");
  }

  static void check(String path, long before, long now) throws SizeChanged {
    if (now != before) {
      throw new SizeChanged(path, before, now);
    }
  }
}
