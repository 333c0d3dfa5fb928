package cairn.engine.capture;

/// Of what nobody writes to: a snapshot that somebody else keeps as it was.
record NoWrites() implements Writes {
  @Override
  public String tracker() {
    return "";
  }

  @Override
  public boolean isOver() {
    return true;
  }

  @Override
  public boolean isSeeing() {
    return true;
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
    return generation > 0; // what was written before there was a snapshot, nobody knows
  }

  @Override
  public void countAsWritten(long offset, long length) {
    // nobody asks for it later
  }
}
