package cairn.filesystem.lvm;

/// A group that cannot be laid out anew. The message says why in one sentence.
public final class LvmRefused extends Exception {
  private static final long serialVersionUID = 1;

  LvmRefused(String why) {
    super(why);
  }
}
