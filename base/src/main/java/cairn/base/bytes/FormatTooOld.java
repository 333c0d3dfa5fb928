package cairn.base.bytes;

import java.io.IOException;

/// An object written in a format that this Cairn no longer knows.
public final class FormatTooOld extends IOException {
  private static final long serialVersionUID = 1;

  public FormatTooOld(String what, int have, int oldestKnown) {
    super(
        "%s has format version %d; this Cairn reads from %d on: use an older Cairn to copy it"
            .formatted(what, have, oldestKnown));
  }
}
