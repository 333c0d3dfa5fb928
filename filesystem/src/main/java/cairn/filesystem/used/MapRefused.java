package cairn.filesystem.used;

/// A map that is not damaged and is not used all the same. The message says why in one sentence,
/// and the caller takes every block.
public final class MapRefused extends Exception {
  private static final long serialVersionUID = 1;

  private final String why;

  public MapRefused(String why) {
    super(why);
    this.why = why;
  }

  /// The message.
  public String why() {
    return why;
  }

  /// Refuses feature bits that are not known: they may change what is free.
  public static void unknownFeatures(String kind, long present, long known) throws MapRefused {
    long unknown = present & ~known;
    if (unknown != 0) {
      throw new MapRefused("unknown " + kind + " feature 0x" + Long.toHexString(unknown));
    }
  }
}
