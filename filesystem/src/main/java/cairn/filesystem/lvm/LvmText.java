package cairn.filesystem.lvm;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Reads the text in which LVM2 writes its metadata: sections in braces, and in them names with a
/// number, a string in quotes, or a list of those in brackets. `#` begins a comment.
final class LvmText {
  private static final int DEPTH_MAX = 16;

  /// A section; values are [Long], [String], [List] of those, or [Section], in their order.
  record Section(Map<String, Object> values) {
    Section {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /// The same with another value in place of one, or behind the others.
    Section with(String name, Object value) {
      Map<String, Object> changed = new LinkedHashMap<>(values);
      changed.put(name, value);
      return new Section(changed);
    }

    /// The same without some of its values.
    Section without(Predicate<String> names) {
      Map<String, Object> changed = new LinkedHashMap<>(values);
      changed.keySet().removeIf(names);
      return new Section(changed);
    }

    /// The sections in it by their names, in alphabetical order.
    SortedMap<String, Section> sections() {
      SortedMap<String, Section> sections = new TreeMap<>();
      values.forEach((name, value) -> {
        if (value instanceof Section section) {
          sections.put(name, section);
        }
      });
      return sections;
    }

    /// A section that may be missing, and is empty then.
    Section sectionOrEmpty(String name) {
      return values.get(name) instanceof Section section ? section : new Section(Map.of());
    }

    /// Whether a list, such as the status, has this text in it.
    boolean lists(String name, String text) {
      return values.get(name) instanceof List<?> list && list.contains(text);
    }

    Section section(String name) throws CorruptData {
      return value(name, Section.class);
    }

    List<?> list(String name) throws CorruptData {
      return value(name, List.class);
    }

    long number(String name) throws CorruptData {
      return value(name, Long.class);
    }

    String text(String name) throws CorruptData {
      return value(name, String.class);
    }

    private <T> T value(String name, Class<T> type) throws CorruptData {
      Object value = values.get(name);
      if (!type.isInstance(value)) {
        throw subject().corrupt(name, String.valueOf(value), "a " + type.getSimpleName());
      }
      return type.cast(value);
    }
  }

  private final String text;
  private int at;

  private LvmText(String text) {
    this.text = text;
  }

  static Section parse(String text) throws CorruptData {
    LvmText reader = new LvmText(text);
    Section section = reader.section(0);
    reader.expect(reader.at == text.length(), "end of the text");
    return section;
  }

  private Section section(int depth) throws CorruptData {
    expect(depth < DEPTH_MAX, "fewer levels");
    Map<String, Object> values = new LinkedHashMap<>();
    skipBlank();
    while (at < text.length() && text.charAt(at) != '}') {
      String name = name();
      skipBlank();
      Object before;
      if (accept('{')) {
        before = values.put(name, section(depth + 1));
        expect(accept('}'), "}");
      } else {
        expect(accept('='), "=");
        before = values.put(name, value());
      }
      expect(before == null, "each name once");
      skipBlank();
    }
    return new Section(values);
  }

  private Object value() throws CorruptData {
    skipBlank();
    if (!accept('[')) {
      return scalar();
    }
    List<Object> list = new ArrayList<>();
    skipBlank();
    while (!accept(']')) {
      list.add(scalar());
      skipBlank();
      accept(',');
      skipBlank();
    }
    return list;
  }

  private Object scalar() throws CorruptData {
    return accept('"') ? quoted() : number();
  }

  private String quoted() throws CorruptData {
    StringBuilder quoted = new StringBuilder();
    while (true) {
      expect(at < text.length(), "\"");
      char next = text.charAt(at++);
      if (next == '"') {
        return quoted.toString();
      }
      if (next == '\\' && at < text.length()) {
        next = text.charAt(at++);
      }
      quoted.append(next);
    }
  }

  /// Fractions occur in settings that say nothing about extents; they are kept as text.
  private Object number() throws CorruptData {
    int from = at;
    while (at < text.length() && "+-.0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String digits = text.substring(from, at);
    expect(!digits.isEmpty(), "a value");
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return digits;
    }
  }

  private String name() throws CorruptData {
    int from = at;
    while (at < text.length() && " \t\n={#".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    expect(at > from, "a name");
    return text.substring(from, at);
  }

  private void skipBlank() {
    while (at < text.length()) {
      char next = text.charAt(at);
      if (next == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (next == ' ' || next == '\t' || next == '\n' || next == 0) {
        at++;
      } else {
        return;
      }
    }
  }

  private boolean accept(char wanted) {
    boolean there = at < text.length() && text.charAt(at) == wanted;
    at += there ? 1 : 0;
    return there;
  }

  private void expect(boolean good, String wanted) throws CorruptData {
    subject().check(good, "text at " + at, "something else", wanted);
  }

  private static Subject subject() {
    return Subject.of("metadata", "lvm2");
  }
}
