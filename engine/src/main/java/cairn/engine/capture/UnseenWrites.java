package cairn.engine.capture;

/// Without a tracker: everything may have been written to at any time.
record UnseenWrites() implements Writes {
  @Override
  public String tracker() {
    return "";
  }

  @Override
  public boolean isSeeing() {
    return false;
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
    return false;
  }

  @Override
  public void countAsWritten(long offset, long length) {
    // so it is
  }
}
