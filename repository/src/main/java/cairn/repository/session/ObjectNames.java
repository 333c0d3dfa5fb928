package cairn.repository.session;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import cairn.storage.Storage.Entry;
import java.util.ArrayList;
import java.util.List;

/// Ids out of the names of a listing.
public final class ObjectNames {
  private ObjectNames() {}

  /// The ids that names of a listing end with; names that end with none are foreign and passed
  /// over.
  public static List<ObjectId> ids(List<Entry> listing) {
    List<ObjectId> ids = new ArrayList<>(listing.size());
    for (Entry entry : listing) {
      if (!isForeign(entry)) {
        ids.add(id(entry));
      }
    }
    return ids;
  }

  /// The id that the name of an object that is not foreign ends with.
  public static ObjectId id(Entry entry) {
    return ObjectId.parse(end(entry.name()));
  }

  /// Whether an object is none that Cairn names by an id.
  public static boolean isForeign(Entry entry) {
    String name = entry.name();
    int start = name.lastIndexOf('/') + 1;
    if (name.length() - start != ObjectId.DIGITS) {
      return true;
    }
    for (int i = start; i < name.length(); i++) {
      char digit = name.charAt(i);
      if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
        return true;
      }
    }
    return false;
  }

  private static String end(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /// The id that a name ends with.
  ///
  /// @throws CorruptData when it does not end with one: something foreign lies in the repository
  public static ObjectId last(String name) throws CorruptData {
    String last = end(name);
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
