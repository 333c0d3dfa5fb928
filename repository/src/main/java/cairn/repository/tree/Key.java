package cairn.repository.tree;

import java.util.Comparator;

/// What a tree is sorted by: object, then type, then offset, all unsigned.
///
/// In the tree of a volume the object is 1, the type is [#BLOCK], and the offset is the number of
/// the block.
public record Key(long object, int type, long offset) implements Comparable<Key> {
  public static final int BYTES = 17;

  /// The type of an item that maps a block of a volume to its chunk.
  public static final int BLOCK = 1;

  /// The object of all items in the tree of a volume.
  public static final long VOLUME = 1;

  private static final Comparator<Key> ORDER =
      Comparator.comparing(Key::object, Long::compareUnsigned)
          .thenComparingInt(Key::type)
          .thenComparing(Key::offset, Long::compareUnsigned);

  public static Key block(long number) {
    return new Key(VOLUME, BLOCK, number);
  }

  @Override
  public int compareTo(Key other) {
    return ORDER.compare(this, other);
  }

  /// `(object type offset)`.
  @Override
  public String toString() {
    return "(" + object + " " + type + " " + Long.toUnsignedString(offset) + ")";
  }
}
