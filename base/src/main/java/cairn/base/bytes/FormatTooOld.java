package cairn.base.bytes;

import java.io.IOException;

/// An object written in a format that this Cairn no longer knows.
public final class FormatTooOld extends IOException {
  private static final long serialVersionUID = 1;

  public FormatTooOld(String what, int have, int oldestKnown) {
    super(
        what
            + " has format version "
            + have
            + "; this Cairn reads from "
            + oldestKnown
            + " on: use an older Cairn to copy it");
  }
}
