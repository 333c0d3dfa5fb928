package cairn.filesystem.used;

/// Is told the ranges that may hold something.
@FunctionalInterface
public interface UsedVisitor {
  /// @param offset in bytes, relative to the reader that is looked at
  /// @param length in bytes, more than 0
  void used(long offset, long length);
}
