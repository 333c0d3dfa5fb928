package cairn.engine.capture;

/// Without a tracker.
///
/// @param isOver whether nothing is written any more, as to a snapshot; else anything may have been
///   written at any time
record UntrackedWrites(boolean isOver) implements Writes {
  @Override
  public String tracker() {
    return "";
  }

  @Override
  public boolean isSeeing() {
    return isOver;
  }

  @Override
  public int generation() {
    return 1;
  }

  @Override
  public int advance() {
    return 1;
  }

  @Override
  public boolean since(int generation, Ranges ranges) {
    return isOver;
  }

  @Override
  public void countAsWritten(long offset, long length) {
    // nobody asks for it later
  }
}
