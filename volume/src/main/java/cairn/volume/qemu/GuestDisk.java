package cairn.volume.qemu;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// A disk of a running guest.
///
/// @param node its name among the block nodes of QEMU
/// @param name what a person calls it: that of the node, or of the device when that has none of its
///   own
/// @param size in bytes
/// @param format of the image: `qcow2` can keep bitmaps, others cannot
/// @param bitmaps the dirty bitmaps that may be relied upon
/// @param abandoned bitmaps of Cairn that count no more, as a backup was killed
public record GuestDisk(
    String node,
    String name,
    long size,
    String format,
    List<String> bitmaps,
    List<String> abandoned) {
  private static final Pattern OURS = Pattern.compile("cairn-[0-9a-f]{16}");

  public GuestDisk {
    bitmaps = List.copyOf(bitmaps);
    abandoned = List.copyOf(abandoned);
  }

  /// The disks that the guest may write to.
  public static List<GuestDisk> all(QmpClient qmp) throws IOException {
    List<GuestDisk> disks = new ArrayList<>();
    for (JsonElement element : qmp.execute("query-block", new JsonObject()).getAsJsonArray()) {
      JsonObject block = element.getAsJsonObject();
      JsonObject inserted = block.getAsJsonObject("inserted");
      if (inserted != null && !inserted.get("ro").getAsBoolean()) {
        disks.add(of(block, inserted));
      }
    }
    return disks;
  }

  private static GuestDisk of(JsonObject block, JsonObject inserted) {
    String node = text(inserted, "node-name");
    String device = text(block, "device");
    String qdev = text(block, "qdev");
    String own = node.startsWith("#") ? "" : node;
    String name = !own.isEmpty() ? own : !device.isEmpty() ? device : qdev;
    return new GuestDisk(
        node,
        name.replaceAll("[^A-Za-z0-9._-]", "_"),
        inserted.getAsJsonObject("image").get("virtual-size").getAsLong(),
        text(inserted, "drv"),
        bitmaps(inserted, GuestDisk::isGood),
        bitmaps(inserted, GuestDisk::isAbandoned));
  }

  private static String text(JsonObject from, String name) {
    return Optional.ofNullable(from.get(name)).map(JsonElement::getAsString).orElse("");
  }

  private static List<String> bitmaps(JsonObject inserted, Predicate<JsonObject> wanted) {
    List<String> names = new ArrayList<>();
    JsonElement all = inserted.get("dirty-bitmaps");
    if (all == null) {
      return names;
    }
    for (JsonElement element : all.getAsJsonArray()) {
      JsonObject bitmap = element.getAsJsonObject();
      if (bitmap.has("name") && !isSet(bitmap, "busy") && wanted.test(bitmap)) {
        names.add(text(bitmap, "name"));
      }
    }
    return names;
  }

  /// Whether it counts writes now, and has counted all of them.
  private static boolean isGood(JsonObject bitmap) {
    return isSet(bitmap, "recording") && !isSet(bitmap, "inconsistent");
  }

  private static boolean isAbandoned(JsonObject bitmap) {
    return !isSet(bitmap, "recording") && OURS.matcher(text(bitmap, "name")).matches();
  }

  private static boolean isSet(JsonObject from, String name) {
    return from.has(name) && from.get(name).getAsBoolean();
  }
}
