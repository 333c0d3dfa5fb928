package cairn.cli.command;

/// Texts that several commands have in common.
final class SnapshotText {
  static final String REFERENCE =
      "A snapshot: its id, a unique start of it, 'latest', or 'latest:GROUP'.";

  private SnapshotText() {}
}
