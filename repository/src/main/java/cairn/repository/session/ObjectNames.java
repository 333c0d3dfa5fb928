package cairn.repository.session;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;

/// Ids out of the names of a listing.
public final class ObjectNames {
  private ObjectNames() {}

  /// The id that a name ends with.
  ///
  /// @throws CorruptData when it does not end with one: something foreign lies in the repository
  public static ObjectId last(String name) throws CorruptData {
    String last = name.substring(name.lastIndexOf('/') + 1);
    try {
      ObjectId id = ObjectId.parse(last);
      if (id.toString().equals(last)) { // in capitals it would be another object's name
        return id;
      }
    } catch (IllegalArgumentException e) {
      // reported below
    }
    throw Subject.of("object", name).corrupt("name", last, "32 hexadecimal digits");
  }
}
