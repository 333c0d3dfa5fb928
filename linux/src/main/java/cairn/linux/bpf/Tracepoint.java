package cairn.linux.bpf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What tracefs says of a tracepoint.
///
/// @param name of it
/// @param id for perf_event_open(2)
/// @param fields of what a program sees, by name
public record Tracepoint(String name, int id, Map<String, Field> fields) {
  /// Where a field lies.
  public record Field(int offset, int bytes) {}

  private static final Pattern FIELD =
      Pattern.compile(
          "field:[^;]*?([A-Za-z_0-9]+)(?:\\[\\d*])?;\\s*offset:(\\d+);\\s*size:(\\d+);");

  /// @param events the folder of a group of events, such as `/sys/kernel/tracing/events/block`
  public static Tracepoint read(Path events, String name) throws IOException {
    Path directory = events.resolve(name);
    Map<String, Field> fields = new LinkedHashMap<>();
    for (Matcher matcher = FIELD.matcher(text(directory.resolve("format"))); matcher.find(); ) {
      fields.put(
          matcher.group(1),
          new Field(Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3))));
    }
    String id = text(directory.resolve("id")).strip();
    if (!id.matches("\\d{1,9}")) {
      throw new IOException("cannot understand " + directory.resolve("id") + ": " + id);
    }
    return new Tracepoint(name, Integer.parseInt(id), Map.copyOf(fields));
  }

  public Field field(String field) throws IOException {
    Field found = fields.get(field);
    if (found == null) {
      throw new IOException("the tracepoint " + name + " of this kernel has no field " + field);
    }
    return found;
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
