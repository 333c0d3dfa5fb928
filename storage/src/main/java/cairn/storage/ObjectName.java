package cairn.storage;

/// What is a name, for every implementation: see [Storage].
final class ObjectName {
  static final int SEGMENT_CHARACTERS_MAX = 200;
  static final int CHARACTERS_MAX = 900;

  private static final String PUNCTUATION = "._%+=@,-/";

  private ObjectName() {}

  /// @return the name given
  /// @throws IllegalArgumentException when it is not one
  static String check(String name) {
    if (!isLegal(name)) {
      throw new IllegalArgumentException("not a name of an object: '" + name + "'");
    }
    return name;
  }

  /// @return the prefix given
  /// @throws IllegalArgumentException when it is neither empty nor a name
  static String checkPrefix(String prefix) {
    return prefix.isEmpty() ? prefix : check(prefix);
  }

  static boolean isLegal(String name) {
    if (name.isEmpty() || name.length() > CHARACTERS_MAX) {
      return false;
    }
    int start = 0;
    for (int i = 0; i <= name.length(); i++) {
      if (i == name.length() || name.charAt(i) == '/') {
        if (i == start || i - start > SEGMENT_CHARACTERS_MAX || name.charAt(start) == '.') {
          return false;
        }
        start = i + 1;
      } else if (!isLegal(name.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLegal(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || PUNCTUATION.indexOf(c) >= 0;
  }
}
