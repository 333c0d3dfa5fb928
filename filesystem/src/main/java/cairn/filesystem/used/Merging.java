package cairn.filesystem.used;

/// Joins ranges that touch or overlap when they come in ascending order. [#flush()] tells the last
/// one.
public final class Merging implements UsedVisitor {
  private final UsedVisitor visitor;
  private long start;
  private long end;

  public Merging(UsedVisitor visitor) {
    this.visitor = visitor;
  }

  @Override
  public void used(long offset, long length) {
    if (offset > end || offset < start) {
      flush();
      start = offset;
      end = offset;
    }
    end = Math.max(end, offset + length);
  }

  public void flush() {
    if (end > start) {
      visitor.used(start, end - start);
    }
    start = end;
  }
}
