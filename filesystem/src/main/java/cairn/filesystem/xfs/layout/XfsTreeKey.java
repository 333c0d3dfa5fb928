package cairn.filesystem.xfs.layout;

/// A key of a tree.
///
/// @param owner 0 but in the reverse map
/// @param offset 0 but in the reverse map
record XfsTreeKey(long first, long owner, long offset) implements Comparable<XfsTreeKey> {
  /// That an extent was never written does not count in a key.
  private static final long UNWRITTEN = 1L << 61;

  static XfsTreeKey of(long first) {
    return new XfsTreeKey(first, 0, 0);
  }

  static XfsTreeKey ofReverse(long block, long owner, long offset) {
    return new XfsTreeKey(block, owner, offset & ~UNWRITTEN);
  }

  @Override
  public int compareTo(XfsTreeKey other) {
    int byFirst = Long.compareUnsigned(first, other.first);
    if (byFirst != 0) {
      return byFirst;
    }
    int byOwner = Long.compareUnsigned(owner, other.owner);
    return byOwner != 0 ? byOwner : Long.compareUnsigned(offset, other.offset);
  }

  @Override
  public String toString() {
    return owner == 0 && offset == 0
        ? Long.toUnsignedString(first)
        : first + "/" + owner + "/" + offset;
  }
}
