package cairn.base.bytes;

import java.io.IOException;

/// An object written in a format that this Cairn does not know yet. Nothing is wrong with it: a
/// newer Cairn can read it.
public final class FormatTooNew extends IOException {
  private static final long serialVersionUID = 1;

  public FormatTooNew(String what, int have, int newestKnown) {
    super(
        what
            + " has format version "
            + have
            + "; this Cairn reads up to "
            + newestKnown
            + ": use a newer Cairn");
  }
}
