package cairn.cli.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A JSON object in the making. The only user of the JSON library here, so that it is not loaded
/// for text.
public final class Json {
  private final JsonObject object = new JsonObject();

  public Json put(String name, String value) {
    object.addProperty(name, value);
    return this;
  }

  public Json put(String name, long value) {
    object.addProperty(name, value);
    return this;
  }

  public Json put(String name, double value) {
    object.addProperty(name, value);
    return this;
  }

  public Json put(String name, boolean value) {
    object.addProperty(name, value);
    return this;
  }

  public Json put(String name, Json value) {
    object.add(name, value.object);
    return this;
  }

  /// What [#put] makes `null` of an empty text.
  public static Optional<String> unlessEmpty(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /// `null` when there is none; whole numbers and texts otherwise.
  public Json put(String name, Optional<?> value) {
    if (value.isEmpty()) {
      object.add(name, JsonNull.INSTANCE);
      return this;
    }
    return value.get() instanceof Number number
        ? put(name, number.longValue())
        : put(name, value.get().toString());
  }

  public Json put(String name, Map<String, String> values) {
    Json inner = new Json();
    values.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> inner.put(entry.getKey(), entry.getValue()));
    return put(name, inner);
  }

  public Json putTexts(String name, List<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    object.add(name, array);
    return this;
  }

  public Json putObjects(String name, List<Json> values) {
    JsonArray array = new JsonArray();
    values.forEach(value -> array.add(value.object));
    object.add(name, array);
    return this;
  }

  /// One line.
  @Override
  public String toString() {
    return object.toString();
  }
}
