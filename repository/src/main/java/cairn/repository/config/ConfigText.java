package cairn.repository.config;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/// The text of the config and the digest at its end.
///
/// Canonical text: UTF-8, two spaces of indentation for each level, one field or list item on a
/// line, `": "` after names, a line break (LF) at the end; only what JSON demands is escaped. The
/// last field, `digest`, is the SHA-256 of the text that is left when its line, and the comma
/// before it, are taken away. That holds for every format version, so that a newer config can be
/// told from a damaged one.
final class ConfigText {
  static final int BYTES_MAX = 1 << 20;

  private static final String DIGEST_START = ",\n  \"digest\": \"";
  private static final String DIGEST_END = "\"\n}\n";
  private static final String BODY_END = "\n}\n";
  private static final int TAIL_LENGTH = DIGEST_START.length() + 64 + DIGEST_END.length();

  private ConfigText() {}

  /// The canonical text of an object.
  static String of(JsonObject object) {
    StringWriter text = new StringWriter();
    try (JsonWriter out = new JsonWriter(text)) {
      out.setIndent("  ");
      write(out, object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text + "\n";
  }

  static byte[] withDigest(String body) {
    String head = body.substring(0, body.length() - BODY_END.length());
    return (head + DIGEST_START + digest(body) + DIGEST_END).getBytes(StandardCharsets.UTF_8);
  }

  /// Checks the digest and parses what it covers.
  static JsonObject read(byte[] bytes, Subject subject) throws CorruptData {
    subject.check(
        bytes.length <= BYTES_MAX, "size", bytes.length + " bytes", "at most " + BYTES_MAX);
    String text = decode(bytes, subject);
    int bodyLength = text.length() - TAIL_LENGTH;
    if (bodyLength < 0
        || !text.startsWith(DIGEST_START, bodyLength)
        || !text.endsWith(DIGEST_END)) {
      parse(text, subject);
      throw subject.corrupt("digest", "none", "a digest as the last field");
    }
    String body = text.substring(0, bodyLength) + BODY_END;
    int from = bodyLength + DIGEST_START.length();
    String have = text.substring(from, from + 64);
    String expect = digest(body);
    subject.check(have.equals(expect), "digest", have, expect);
    return parse(body, subject);
  }

  static JsonObject parse(String text, Subject subject) throws CorruptData {
    subject.check(!text.isBlank(), "text", "nothing", "one JSON object");
    try {
      JsonReader reader = new JsonReader(new StringReader(text));
      reader.setStrictness(Strictness.STRICT);
      JsonElement root = JsonParser.parseReader(reader);
      if (root.isJsonObject() && reader.peek() == JsonToken.END_DOCUMENT) {
        return root.getAsJsonObject();
      }
      throw subject.corrupt("text", "other JSON", "one JSON object");
    } catch (JsonParseException | IOException e) {
      throw subject.corrupt("text", "no JSON", "one JSON object");
    }
  }

  private static String decode(byte[] bytes, Subject subject) throws CorruptData {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw subject.corrupt("text", "malformed UTF-8", "UTF-8");
    }
  }

  private static String digest(String body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(body.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is missing in this Java installation", e);
    }
  }

  private static void write(JsonWriter out, JsonElement element) throws IOException {
    if (element.isJsonObject()) {
      out.beginObject();
      for (Map.Entry<String, JsonElement> field : element.getAsJsonObject().entrySet()) {
        out.name(field.getKey());
        write(out, field.getValue());
      }
      out.endObject();
    } else if (element.isJsonArray()) {
      out.beginArray();
      for (JsonElement item : element.getAsJsonArray()) {
        write(out, item);
      }
      out.endArray();
    } else if (element.getAsJsonPrimitive().isNumber()) {
      out.value(element.getAsNumber());
    } else {
      out.value(element.getAsString());
    }
  }
}
