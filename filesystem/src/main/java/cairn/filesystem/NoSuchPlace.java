package cairn.filesystem;

/// A name that calls no place, or several. The message says so in one sentence, with the names that
/// there are.
public final class NoSuchPlace extends Exception {
  private static final long serialVersionUID = 1;

  NoSuchPlace(String message) {
    super(message);
  }
}
