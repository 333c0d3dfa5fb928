package cairn.base.block;

/// A range of a volume, in bytes, and what is known of it.
///
/// @param offset of the first byte, 0 or more
/// @param length in bytes, more than 0
/// @param state what the range holds
public record Extent(long offset, long length, State state) {
  /// What a range holds. `HOLE` reads as zeros and takes no space; `DATA` may hold anything.
  public enum State {
    DATA,
    HOLE
  }

  public long end() {
    return offset + length;
  }
}
