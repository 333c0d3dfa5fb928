package cairn.volume;

/// How to write a target.
///
/// @param force whether an existing file that is not empty may be replaced
/// @param sparse whether zeros are left as holes; when not, all space is taken at the start
public record SinkOptions(boolean force, boolean sparse) {
  public static final SinkOptions DEFAULT = new SinkOptions(false, true);
}
