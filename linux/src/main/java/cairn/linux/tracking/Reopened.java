package cairn.linux.tracking;

/// What is left of a tracker that was pinned.
public sealed interface Reopened {
  /// It is all there, and never ceased to mark.
  record Found(ChangeTracker tracker) implements Reopened {}

  /// There is none, or something about it is odd; [ChangeTracker#unpin] removes it.
  ///
  /// @param reason one sentence
  record Refused(String reason) implements Reopened {}
}
