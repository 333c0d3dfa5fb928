package cairn.filesystem.fat;

import cairn.filesystem.layout.Fields;
import java.util.Arrays;
import java.util.Optional;

/// Puts a long name together from the entries before that of its file, the last part first.
///
/// | offset | bytes | field                                                        |
/// |-------:|------:|--------------------------------------------------------------|
/// |      0 |     1 | number of this part, from 1 on; 0x40 marks the last part     |
/// |     11 |     1 | attributes, 15                                               |
/// |     12 |     1 | 0                                                            |
/// |     13 |     1 | checksum of the short name                                   |
/// |     26 |     2 | 0                                                            |
/// | 1, 14, 28 | 10, 12, 4 | 13 characters of UTF-16; a 0 ends the name            |
final class LongName {
  private static final int PART = 13;
  private static final int PARTS_MAX = 20;
  private static final int LAST = 0x40;
  private static final int[] PLACES = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
  private static final int NONE = -1;

  private final Trouble trouble;
  private final char[] name = new char[PART * PARTS_MAX];
  private int missing = NONE;
  private int checksum;

  /// Is told what is wrong with a long name. A name with anything wrong is none: the short one
  /// counts.
  @FunctionalInterface
  interface Trouble {
    void tell(String field, String have, String expect);
  }

  LongName(Trouble trouble) {
    this.trouble = trouble;
  }

  /// An entry that is a part of a long name.
  void part(Fields piece, int at) {
    int id = piece.u8(at);
    int number = id & ~LAST;
    if ((id & LAST) != 0) {
      drop();
      start(number, piece.u8(at + 13));
    } else if (missing == NONE) {
      trouble.tell("part of a long name", Integer.toString(number), "the last part first");
      return;
    }
    if (missing == NONE) {
      return;
    }
    if (number != missing || piece.u8(at + 13) != checksum) {
      String expect = missing + " with checksum " + checksum;
      trouble.tell("part of a long name", number + " with checksum " + piece.u8(at + 13), expect);
      missing = NONE;
      return;
    }
    if (piece.u8(at + 12) != 0 || piece.u16(at + 26) != 0) {
      trouble.tell("unused field of a long name", "something", "0");
    }
    missing--;
    for (int index = 0; index < PART; index++) {
      name[missing * PART + index] = (char) piece.u16(at + PLACES[index]);
    }
  }

  private void start(int number, int sum) {
    if (number < 1 || number > PARTS_MAX) {
      trouble.tell("parts of a long name", Integer.toString(number), "1.." + PARTS_MAX);
      return;
    }
    Arrays.fill(name, '\0');
    missing = number;
    checksum = sum;
  }

  /// There is no entry of a file behind the parts until here.
  void drop() {
    if (missing != NONE) {
      trouble.tell("long name", "no file", "one behind it");
      missing = NONE;
    }
  }

  /// The name of the file that has this short one; empty when it has no long name.
  Optional<String> take(byte[] shortName) {
    if (missing == NONE) {
      return Optional.empty();
    }
    int left = missing;
    missing = NONE;
    int sum = checksum(shortName);
    if (left != 0 || sum != checksum) {
      trouble.tell(
          "long name", left + " parts missing, checksum " + checksum, "none, checksum " + sum);
      return Optional.empty();
    }
    String text = String.valueOf(name);
    int end = text.indexOf('\0');
    String found = end < 0 ? text : text.substring(0, end);
    if (found.isEmpty()) {
      trouble.tell("long name", "empty", "a name");
      return Optional.empty();
    }
    return Optional.of(found);
  }

  private static int checksum(byte[] shortName) {
    int sum = 0;
    for (byte each : shortName) {
      sum = ((sum & 1) << 7 | sum >>> 1) + (each & 0xFF) & 0xFF;
    }
    return sum;
  }
}
