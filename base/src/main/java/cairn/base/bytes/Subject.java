package cairn.base.bytes;

/// What is being checked, so that a failed check is one line: `subject.check(level == wanted,
/// "level", level, wanted)`.
///
/// @param kind the kind of structure, as [Problem#kind()]
/// @param id its identifier, in full
/// @param place where it lies, as `pack:offset`, or empty
/// @param slot the item within it, or -1
public record Subject(String kind, String id, String place, int slot) {
  public static Subject of(String kind, String id) {
    return new Subject(kind, id, "", -1);
  }

  public Subject at(String newPlace) {
    return new Subject(kind, id, newPlace, slot);
  }

  public Subject slot(int newSlot) {
    return new Subject(kind, id, place, newSlot);
  }

  public void check(boolean good, String field, long have, long expect) throws CorruptData {
    if (!good) {
      throw corrupt(field, Long.toString(have), Long.toString(expect));
    }
  }

  public void check(boolean good, String field, long have, String expect) throws CorruptData {
    if (!good) {
      throw corrupt(field, Long.toString(have), expect);
    }
  }

  public void check(boolean good, String field, Object have, Object expect) throws CorruptData {
    if (!good) {
      throw corrupt(field, have.toString(), expect.toString());
    }
  }

  /// Checks that `have` is from 0 to below `limit`.
  public void checkBelow(long have, long limit, String field) throws CorruptData {
    if (have < 0 || have >= limit) {
      throw corrupt(field, Long.toString(have), "< " + limit);
    }
  }

  /// Checks that `have` is from `least` to `most`. Makes words only when it is not.
  public void checkWithin(long have, long least, long most, String field) throws CorruptData {
    if (have < least || have > most) {
      throw corrupt(field, Long.toString(have), least + ".." + most);
    }
  }

  public void checkEqual(long have, long expect, String field) throws CorruptData {
    check(have == expect, field, have, expect);
  }

  /// Checks that `bytes[from, to)` are zeros.
  public void checkZeros(byte[] bytes, int from, int to, String field) throws CorruptData {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        throw corrupt(field, Integer.toString(bytes[i] & 0xFF), "0");
      }
    }
  }

  /// The exception for a failed check, for `throw` where the compiler must see the end of the path.
  public CorruptData corrupt(String field, String have, String expect) {
    return new CorruptData(new Problem.Corrupt(kind, id, place, slot, field, have, expect));
  }
}
