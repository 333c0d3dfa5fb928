package cairn.filesystem.btrfs.check;

import cairn.base.bytes.Subject;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Chunk;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.layout.Fields;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The devices: each stripe of each chunk has an extent on its device, each such extent a stripe,
/// and each device counts the bytes of its own.
final class Devices {
  private record Place(long device, long offset) {}

  private record Piece(long chunk, long length) {}

  private static final int TOTAL_AT = 8;
  private static final int USED_AT = 16;
  private static final int UUID_AT = 66;
  private static final int UUID_BYTES = 16;

  private final Report report;
  private final Map<Long, Fields> devices = new TreeMap<>();
  private final Map<Place, Piece> pieces = new HashMap<>();

  Devices(Report report) {
    this.report = report;
  }

  void device(Item item) {
    devices.put(item.key().offset(), item.data());
  }

  void extent(Item item) {
    if (item.type() == Key.DEVICE_EXTENT) {
      Place place = new Place(item.key().objectId(), item.key().offset());
      pieces.put(place, new Piece(item.u64(16), item.u64(24)));
    }
  }

  private static Subject subject(long id) {
    return Subject.of("device", Long.toUnsignedString(id));
  }

  /// What the superblock of a device says.
  void compare(BtrfsSuperblock superblock) {
    Fields own = devices.get(superblock.deviceId());
    Fields here = superblock.device();
    Subject subject = subject(superblock.deviceId());
    if (own == null) {
      report.corrupt(subject, "item", "none", "one for this device");
      return;
    }
    if (own.u64(TOTAL_AT) != here.u64(TOTAL_AT)) {
      report.corrupt(subject, "total_bytes", own.u64(TOTAL_AT), here.u64(TOTAL_AT));
    }
    if (own.u64(USED_AT) != here.u64(USED_AT)) {
      report.corrupt(subject, "bytes_used", own.u64(USED_AT), here.u64(USED_AT));
    }
    if (!own.holds(UUID_AT, here.raw(UUID_AT, UUID_BYTES))) {
      report.corrupt(subject, "uuid", own.uuid(UUID_AT) + "", here.uuid(UUID_AT) + "");
    }
    long total = devices.values().stream().mapToLong(each -> each.u64(TOTAL_AT)).sum();
    Subject whole = Subject.of("superblock", "btrfs");
    if (total != superblock.totalBytes()) {
      report.corrupt(whole, "total_bytes", superblock.totalBytes(), total);
    }
    if (devices.size() != superblock.deviceCount()) {
      report.corrupt(whole, "num_devices", superblock.deviceCount(), devices.size());
    }
  }

  void compare(ChunkMap map) {
    Map<Long, Long> used = new HashMap<>();
    pieces.forEach((place, piece) -> used.merge(place.device(), piece.length(), Long::sum));
    devices.forEach((id, device) -> {
      long sum = used.getOrDefault(id, 0L);
      if (device.u64(USED_AT) != sum) {
        report.corrupt(subject(id), "bytes_used", device.u64(USED_AT), sum);
      }
    });
    for (Chunk chunk : map.chunks()) {
      for (Chunk.Stripe stripe : chunk.stripes()) {
        Place place = new Place(stripe.device(), stripe.offset());
        compare(chunk, place, pieces.remove(place));
        compare(stripe, place);
      }
    }
    pieces.forEach(
        (place, piece) -> report.corrupt(subject(place), "chunk", piece.chunk() + "", "a stripe"));
  }

  private static Subject subject(Place place) {
    return Subject.of("device extent", Long.toUnsignedString(place.offset()))
        .at("device " + Long.toUnsignedString(place.device()));
  }

  /// The kernel finds a device by its UUID.
  private void compare(Chunk.Stripe stripe, Place place) {
    Fields device = devices.get(stripe.device());
    if (device != null && !device.uuid(UUID_AT).equals(stripe.uuid())) {
      String have = stripe.uuid().orElse("none");
      report.corrupt(subject(place), "uuid", have, device.uuid(UUID_AT).orElse("none"));
    }
  }

  private void compare(Chunk chunk, Place place, @Nullable Piece piece) {
    if (piece == null) {
      report.corrupt(subject(place), "item", "none", "one for chunk " + chunk.start());
      return;
    }
    if (piece.chunk() != chunk.start()) {
      report.corrupt(subject(place), "chunk", piece.chunk(), chunk.start());
    } else if (piece.length() != chunk.deviceBytes()) {
      report.corrupt(subject(place), "length", piece.length(), chunk.deviceBytes());
    }
    Fields device = devices.get(place.device());
    if (device == null) {
      report.corrupt(subject(place.device()), "item", "none", "one, as it has extents");
    } else if (place.offset() > device.u64(TOTAL_AT) - piece.length()) {
      report.corrupt(subject(place), "end", place.offset() + piece.length(), device.u64(TOTAL_AT));
    }
  }
}
