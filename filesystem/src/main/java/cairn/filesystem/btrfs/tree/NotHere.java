package cairn.filesystem.btrfs.tree;

/// Something that is not damaged and cannot be looked at all the same: it lies on other devices, or
/// is more than can be kept. The message says so in one sentence, without a full stop.
public final class NotHere extends Exception {
  private static final long serialVersionUID = 1;

  NotHere(String why) {
    super(why);
  }

  /// About the content of files.
  public static NotHere data() {
    return new NotHere("a part of the data lies on other devices");
  }

  /// The message.
  public String why() {
    return String.valueOf(getMessage());
  }
}
