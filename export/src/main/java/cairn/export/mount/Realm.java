package cairn.export.mount;

/// Nodes whose ids count in one space: those of one file system, or those that were made here. Two
/// are the same only when they are one object.
final class Realm {
  private final String name;

  /// @param name for messages
  Realm(String name) {
    this.name = name;
  }

  @Override
  public String toString() {
    return name;
  }
}
