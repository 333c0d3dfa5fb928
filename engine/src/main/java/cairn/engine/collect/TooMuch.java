package cairn.engine.collect;

import java.io.IOException;
import java.util.Locale;

/// A collection would delete more of the repository than one run may: a listing that lies must not
/// empty a store. Nothing was deleted.
public final class TooMuch extends IOException {
  private static final long serialVersionUID = 1;

  TooMuch(long garbageBytes, long allBytes, double percentMax) {
    super(
        String.format(
            Locale.ROOT,
            "%d of %d bytes are garbage, %.1f %%, and one run deletes at most %.0f %%: nothing was"
                + " deleted; if that is what you expect, run 'cairn gc --allow-large-deletion'",
            garbageBytes,
            allBytes,
            100.0 * garbageBytes / allBytes,
            percentMax));
  }
}
