package cairn.volume.nbd;

/// How far something is true of an export, and what.
///
/// @param length in bytes
/// @param flags as its context means them
public record StatusExtent(long length, long flags) {
  /// Of [ContextRequest#ALLOCATION]: takes no space.
  public static final long HOLE = 1;

  /// Of [ContextRequest#ALLOCATION]: reads as zeros.
  public static final long ZERO = 1 << 1;

  /// Of [ContextRequest#CHANGED] and [ContextRequest#DIRTY_BITMAP]: is to be read again.
  public static final long CHANGED = 1;
}
