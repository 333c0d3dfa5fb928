package cairn.engine.capture;

/// How a volume is captured. Which way is taken is decided here, for backups and for whoever wants
/// to know before.
public enum Way {
  /// Copied while writes to it are seen, until what is left fits into a moment.
  CONVERGE("converge"),
  /// By a snapshot that LVM takes.
  SNAPSHOT("snapshot"),
  /// Frozen, and read as a whole meanwhile.
  FREEZE_AND_READ("freeze-and-read"),
  /// Read once and in order: nobody uses it.
  PLAIN("plain"),
  /// Not at all.
  REFUSED("refused");

  private final String word;

  Way(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /// Of volumes in use.
  ///
  /// @param seen whether every write to them is
  /// @param snapshots whether there can be snapshots of them
  /// @param freezes whether what writes to them can be made to wait
  static Way ofUsed(boolean seen, boolean snapshots, boolean freezes) {
    if (seen) {
      return CONVERGE;
    }
    if (snapshots) {
      return SNAPSHOT;
    }
    return freezes ? FREEZE_AND_READ : REFUSED;
  }
}
