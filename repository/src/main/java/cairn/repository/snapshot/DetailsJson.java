package cairn.repository.snapshot;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import cairn.repository.tree.TreeRoot;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The JSON form of [Details]. Fields that are not known are passed over, so that a newer Cairn may
/// add some; those that are known are all required and checked.
final class DetailsJson {
  private DetailsJson() {}

  static byte[] write(Details details) {
    JsonObject json = new JsonObject();
    details.parent().ifPresent(parent -> json.addProperty("parent", parent.toString()));
    json.addProperty("host", details.host());
    json.addProperty("program", details.program());
    JsonArray tags = new JsonArray();
    details.tags().forEach(tags::add);
    json.add("tags", tags);
    json.addProperty("verified", details.verified());
    json.addProperty("started", details.started().toString());
    JsonArray volumes = new JsonArray();
    details.volumes().forEach(volume -> volumes.add(volume(volume)));
    json.add("volumes", volumes);
    json.add("counts", counts(details.counts()));
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static JsonObject volume(VolumeImage volume) {
    JsonObject json = new JsonObject();
    json.addProperty("name", volume.name());
    json.addProperty("size", volume.size());
    json.addProperty("blockBytes", volume.blockBytes());
    volume.root().ifPresent(root -> json.add("root", root(root)));
    JsonObject source = new JsonObject();
    new TreeMap<>(volume.source()).forEach(source::addProperty);
    json.add("source", source);
    return json;
  }

  private static JsonObject root(TreeRoot root) {
    JsonObject json = new JsonObject();
    json.addProperty("id", root.id().toString());
    json.addProperty("level", root.level());
    json.addProperty("items", root.items());
    return json;
  }

  private static JsonObject counts(Counts counts) {
    JsonObject json = new JsonObject();
    json.addProperty("blocksTotal", counts.blocksTotal());
    json.addProperty("blocksRead", counts.blocksRead());
    json.addProperty("blocksNew", counts.blocksNew());
    json.addProperty("bytesRead", counts.bytesRead());
    json.addProperty("bytesStored", counts.bytesStored());
    json.addProperty("durationMillis", counts.durationMillis());
    return json;
  }

  static Details read(byte[] bytes, Subject subject) throws CorruptData {
    try {
      return read(JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8)));
    } catch (JsonParseException
        | IllegalStateException
        | IllegalArgumentException
        | UnsupportedOperationException
        | ClassCastException
        | DateTimeException
        | NullPointerException e) {
      throw subject.corrupt("details", String.valueOf(e.getMessage()), "all known fields");
    }
  }

  private static Details read(JsonElement element) {
    JsonObject json = element.getAsJsonObject();
    List<String> tags = new ArrayList<>();
    json.getAsJsonArray("tags").forEach(tag -> tags.add(tag.getAsString()));
    List<VolumeImage> volumes = new ArrayList<>();
    json.getAsJsonArray("volumes").forEach(volume -> volumes.add(volume(volume.getAsJsonObject())));
    return new Details(
        Optional.ofNullable(json.get("parent")).map(id -> ObjectId.parse(id.getAsString())),
        json.get("host").getAsString(),
        json.get("program").getAsString(),
        tags,
        json.get("verified").getAsBoolean(),
        Instant.parse(json.get("started").getAsString()),
        volumes,
        counts(json.getAsJsonObject("counts")));
  }

  private static VolumeImage volume(JsonObject json) {
    Map<String, String> source = new LinkedHashMap<>();
    json.getAsJsonObject("source")
        .entrySet()
        .forEach(entry -> source.put(entry.getKey(), entry.getValue().getAsString()));
    return new VolumeImage(
        json.get("name").getAsString(),
        json.get("size").getAsLong(),
        json.get("blockBytes").getAsInt(),
        Optional.ofNullable(json.get("root")).map(root -> root(root.getAsJsonObject())),
        source);
  }

  private static TreeRoot root(JsonObject json) {
    return new TreeRoot(
        ChunkId.parse(json.get("id").getAsString()),
        json.get("level").getAsInt(),
        json.get("items").getAsLong());
  }

  private static Counts counts(JsonObject json) {
    return new Counts(
        json.get("blocksTotal").getAsLong(),
        json.get("blocksRead").getAsLong(),
        json.get("blocksNew").getAsLong(),
        json.get("bytesRead").getAsLong(),
        json.get("bytesStored").getAsLong(),
        json.get("durationMillis").getAsLong());
  }
}
