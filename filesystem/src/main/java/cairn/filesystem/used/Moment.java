package cairn.filesystem.used;

/// What the caller knows about a volume while its map is read, and with it, which maps are good
/// enough.
public enum Moment {
  /// Nobody writes to it: an image, or a device that is not mounted.
  AT_REST(Freshness.CURRENT),

  /// It is mounted, and its file system is frozen by FIFREEZE, which wrote everything back.
  FROZEN(Freshness.UNCERTAIN),

  /// It is mounted and written to. What it tells is a hint, to be asked for again when it is
  /// frozen.
  LIVE(Freshness.STALE);

  private final Freshness worst;

  Moment(Freshness worst) {
    this.worst = worst;
  }

  public boolean accepts(Freshness freshness) {
    return freshness.compareTo(worst) <= 0;
  }
}
