package cairn.filesystem.used;

/// Turns free ranges, which come in ascending order, into the used ones between them.
public final class Complement {
  private final UsedVisitor visitor;
  private long end;

  /// @param start everything before it is somebody else's to tell
  public Complement(long start, UsedVisitor visitor) {
    this.end = start;
    this.visitor = visitor;
  }

  /// @throws IllegalArgumentException when the range begins before the end of the one before
  public void free(long offset, long length) {
    if (offset < end || length < 0) {
      throw new IllegalArgumentException("free ranges must ascend: " + offset + " after " + end);
    }
    usedUntil(offset);
    end = offset + length;
  }

  /// After the last free range: what follows it is used, up to here.
  public void usedUntil(long limit) {
    if (limit > end) {
      visitor.used(end, limit - end);
      end = limit;
    }
  }
}
