package cairn.linux.bpf;

/// A place in a program, known to jumps before it is reached.
public final class Label {
  private static final int NOWHERE = -1;

  private final String name;
  private int position = NOWHERE;

  public Label(String name) {
    this.name = name;
  }

  void place(int at) {
    if (position != NOWHERE) {
      throw new IllegalStateException(this + " is in two places");
    }
    position = at;
  }

  int position() {
    if (position == NOWHERE) {
      throw new IllegalStateException(this + " is jumped to and is nowhere");
    }
    return position;
  }

  @Override
  public String toString() {
    return "label " + name;
  }
}
