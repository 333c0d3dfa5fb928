package cairn.repository.config;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.FormatTooOld;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import cairn.repository.crypto.KeySlot;
import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.Octets;
import cairn.repository.crypto.Protection;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The fields of the config, written and read in the same order; [RepositoryConfig] lists them.
final class ConfigJson {
  static final String CHUNKER = "fixed";
  static final String CODEC = "zstd";
  static final String CIPHER = "aes-256-gcm";

  private ConfigJson() {}

  /// Everything but the digest.
  static JsonObject write(RepositoryConfig config) {
    JsonObject out = writeSealed(config);
    config
        .encryption()
        .ifPresent(encryption -> {
          JsonArray slots = new JsonArray();
          encryption.slots().slots().forEach(slot -> slots.add(SlotJson.write(slot)));
          JsonObject part = out.getAsJsonObject("encryption");
          part.add("slots", slots);
          part.addProperty("seal", encryption.seal().toString());
        });
    return out;
  }

  /// What the seal covers: everything but the slots, the seal and the digest.
  static JsonObject writeSealed(RepositoryConfig config) {
    Layout layout = config.layout();
    JsonObject out = new JsonObject();
    out.addProperty("format", RepositoryConfig.FORMAT);
    out.addProperty("repository", config.repository().toString());
    out.addProperty("created", config.created().toString());
    out.addProperty("blockBytes", layout.blockBytes());
    out.addProperty("chunker", CHUNKER);
    JsonObject codec = new JsonObject();
    codec.addProperty("name", CODEC);
    codec.addProperty("level", layout.zstdLevel());
    out.add("codec", codec);
    out.addProperty("packTargetBytes", layout.packTargetBytes());
    out.addProperty("indexTargetBytes", layout.indexTargetBytes());
    out.addProperty("parity", layout.parityPercent());
    JsonArray waivers = new JsonArray();
    config.waivers().forEach(waivers::add);
    out.add("waivers", waivers);
    if (!config.policies().isEmpty()) {
      out.add("policies", PolicyJson.write(config.policies()));
    }
    if (config.encryption().isPresent()) {
      JsonObject part = new JsonObject();
      part.addProperty("cipher", CIPHER);
      out.add("encryption", part);
    }
    return out;
  }

  static RepositoryConfig read(JsonObject object, Subject subject)
      throws CorruptData, FormatTooNew, FormatTooOld {
    Fields in = new Fields(object, subject);
    readFormat(in, subject);
    ObjectId repository = in.id("repository");
    Instant created = in.instant("created");
    Layout layout = readLayout(in, subject);
    List<String> waivers = readWaivers(in, subject);
    Policies policies =
        in.has("policies") ? PolicyJson.read(in.array("policies"), subject) : Policies.NONE;
    Optional<Encryption> encryption =
        in.has("encryption")
            ? Optional.of(readEncryption(in.object("encryption"), subject))
            : Optional.empty();
    in.end();
    return new RepositoryConfig(repository, created, layout, waivers, policies, encryption);
  }

  private static void readFormat(Fields in, Subject subject)
      throws CorruptData, FormatTooNew, FormatTooOld {
    int format = in.number("format", 0, Integer.MAX_VALUE);
    String what = subject.kind() + " " + subject.id();
    if (format > RepositoryConfig.FORMAT) {
      throw new FormatTooNew(what, format, RepositoryConfig.FORMAT);
    }
    if (format < RepositoryConfig.FORMAT) {
      throw new FormatTooOld(what, format, RepositoryConfig.FORMAT);
    }
  }

  private static Layout readLayout(Fields in, Subject subject) throws CorruptData {
    int blockBytes = in.number("blockBytes", Layout.BLOCK_BYTES_MIN, Layout.BLOCK_BYTES_MAX);
    subject.check(Integer.bitCount(blockBytes) == 1, "blockBytes", blockBytes, "a power of two");
    in.constant("chunker", CHUNKER);
    Fields codec = in.object("codec");
    codec.constant("name", CODEC);
    int level = codec.number("level", Layout.ZSTD_LEVEL_MIN, Layout.ZSTD_LEVEL_MAX);
    codec.end();
    int least = Layout.TARGET_BYTES_MIN;
    int most = Layout.TARGET_BYTES_MAX;
    int packBytes = in.number("packTargetBytes", least, most);
    int indexBytes = in.number("indexTargetBytes", least, most);
    int parity = in.number("parity", 0, Layout.PARITY_PERCENT_MAX);
    return new Layout(blockBytes, level, packBytes, indexBytes, parity);
  }

  private static List<String> readWaivers(Fields in, Subject subject) throws CorruptData {
    List<String> waivers = new ArrayList<>();
    for (JsonElement item : in.array("waivers")) {
      String name =
          item.isJsonPrimitive() && item.getAsJsonPrimitive().isString() ? item.getAsString() : "";
      subject.check(RepositoryConfig.isWaiver(name), "waivers", item, "names of probe properties");
      waivers.add(name);
    }
    return waivers;
  }

  private static Encryption readEncryption(Fields in, Subject subject) throws CorruptData {
    in.constant("cipher", CIPHER);
    JsonArray items = in.array("slots");
    int most = KeySlots.COUNT_MAX;
    subject.check(
        !items.isEmpty() && items.size() <= most, "slots", items.size() + " slots", "1.." + most);
    List<KeySlot> slots = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      Subject slot = subject.slot(i);
      slots.add(SlotJson.read(Fields.of(items.get(i), "slots", slot), slot));
    }
    long ids = slots.stream().map(slot -> slot.head().id()).distinct().count();
    subject.check(ids == slots.size(), "slots", ids + " ids", slots.size() + " ids");
    Octets seal = in.octets("seal", Protection.SEAL_BYTES);
    in.end();
    return new Encryption(new KeySlots(slots), seal);
  }
}
