package cairn.filesystem.file;

/// A file, or all of them, that is not damaged and cannot be read all the same: it is encrypted, or
/// lies on another device. The message says why in one sentence.
public final class Unreadable extends Exception {
  private static final long serialVersionUID = 1;

  public Unreadable(String why) {
    super(why);
  }
}
