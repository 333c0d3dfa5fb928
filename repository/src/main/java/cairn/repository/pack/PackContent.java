package cairn.repository.pack;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;

/// What a pack holds; never mixed, so that trees can be read without touching data.
public enum PackContent {
  DATA(1),
  NODES(2);

  private final int number;

  PackContent(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  public static PackContent of(int number, Subject subject) throws CorruptData {
    subject.check(number == 1 || number == 2, "content", number, "1 (data) or 2 (nodes)");
    return number == DATA.number ? DATA : NODES;
  }
}
