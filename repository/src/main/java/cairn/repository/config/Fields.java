package cairn.repository.config;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import cairn.repository.crypto.Octets;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// The fields of a JSON object that is not trusted. Each is asked for once; [#end()] fails when one
/// was not.
final class Fields {
  private static final Pattern NUMBER = Pattern.compile("0|-?[1-9][0-9]{0,8}|[1-9][0-9]{9}");

  private final JsonObject object;
  private final Subject subject;
  private final Set<String> unasked;

  Fields(JsonObject object, Subject subject) {
    this.object = object;
    this.subject = subject;
    this.unasked = new HashSet<>(object.keySet());
  }

  boolean has(String name) {
    return object.has(name);
  }

  String text(String name) throws CorruptData {
    JsonElement element = take(name);
    if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
      throw subject.corrupt(name, shown(element), "a text");
    }
    return element.getAsString();
  }

  void constant(String name, String value) throws CorruptData {
    String have = text(name);
    subject.check(have.equals(value), name, "\"" + have + "\"", "\"" + value + "\"");
  }

  int number(String name, int least, int most) throws CorruptData {
    JsonElement element = take(name);
    String digits =
        element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber()
            ? element.getAsString()
            : "";
    long value = NUMBER.matcher(digits).matches() ? Long.parseLong(digits) : Long.MIN_VALUE;
    if (value < least || value > most) {
      throw subject.corrupt(name, shown(element), least + ".." + most);
    }
    return (int) value;
  }

  Octets octets(String name, int size) throws CorruptData {
    String hex = text(name);
    if (!hex.matches("[0-9a-f]{" + 2 * size + "}")) {
      throw subject.corrupt(name, "\"" + hex + "\"", 2 * size + " hexadecimal digits");
    }
    return Octets.parse(hex);
  }

  ObjectId id(String name) throws CorruptData {
    return ObjectId.of(octets(name, ObjectId.BYTES).toBytes(), 0);
  }

  Instant instant(String name) throws CorruptData {
    String text = text(name);
    try {
      Instant instant = Instant.parse(text);
      subject.check(
          instant.equals(instant.truncatedTo(ChronoUnit.SECONDS)), name, text, "whole seconds");
      return instant;
    } catch (DateTimeException e) {
      throw subject.corrupt(name, "\"" + text + "\"", "a time as 2026-01-31T12:00:00Z");
    }
  }

  Fields object(String name) throws CorruptData {
    return of(take(name), name, subject);
  }

  JsonArray array(String name) throws CorruptData {
    JsonElement element = take(name);
    if (!element.isJsonArray()) {
      throw subject.corrupt(name, shown(element), "a list");
    }
    return element.getAsJsonArray();
  }

  static Fields of(JsonElement element, String name, Subject subject) throws CorruptData {
    if (!element.isJsonObject()) {
      throw subject.corrupt(name, shown(element), "an object");
    }
    return new Fields(element.getAsJsonObject(), subject);
  }

  void end() throws CorruptData {
    if (!unasked.isEmpty()) {
      String name = unasked.stream().sorted().findFirst().orElseThrow();
      throw subject.corrupt(name, "an unknown field", "none of that name");
    }
  }

  private JsonElement take(String name) throws CorruptData {
    JsonElement element = object.get(name);
    if (element == null) {
      throw subject.corrupt(name, "none", "a value");
    }
    unasked.remove(name);
    return element;
  }

  private static String shown(JsonElement element) {
    String text = element.toString();
    return text.length() > 80 ? text.substring(0, 80) + "..." : text;
  }
}
