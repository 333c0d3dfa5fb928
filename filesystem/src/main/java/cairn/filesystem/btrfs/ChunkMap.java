package cairn.filesystem.btrfs;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.UsedVisitor;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/// Where logical addresses lie on one device.
final class ChunkMap {
  /// As many as a file system of 1 PiB usually has.
  private static final int CHUNKS_MAX = 1 << 20;

  private final long device;
  private final long deviceBytes;
  private final TreeMap<Long, Chunk> chunks = new TreeMap<>();

  ChunkMap(long device, long deviceBytes) {
    this.device = device;
    this.deviceBytes = deviceBytes;
  }

  /// The map that the superblock holds, which is enough to read the tree of chunks.
  static ChunkMap system(BtrfsSuperblock superblock) throws CorruptData, MapRefused {
    ChunkMap map = new ChunkMap(superblock.deviceId(), superblock.deviceBytes());
    Subject subject = Subject.of("superblock", "btrfs");
    Fields array = superblock.systemChunks();
    int at = 0;
    while (at < array.size()) {
      boolean header = array.size() - at >= Key.BYTES + Long.BYTES * 6;
      subject.check(header, "system chunks", array.size() - at, "a whole chunk");
      Key key = Key.read(array, at);
      subject.check(key.type() == Key.CHUNK_ITEM, "system chunk", key.type(), Key.CHUNK_ITEM);
      int bytes = Chunk.bytes(array, at + Key.BYTES);
      at += Key.BYTES;
      subject.check(bytes <= array.size() - at, "system chunk", bytes, array.size() - at);
      map.add(Chunk.read(key, array.part(at, bytes)));
      at += bytes;
    }
    return map;
  }

  void add(Chunk chunk) throws CorruptData, MapRefused {
    Subject subject = Subject.of("chunk", Long.toUnsignedString(chunk.start()));
    Map.Entry<Long, Chunk> before = chunks.floorEntry(chunk.start());
    boolean after = before == null || before.getValue().end() <= chunk.start();
    Map.Entry<Long, Chunk> next = chunks.ceilingEntry(chunk.start());
    boolean apart = after && (next == null || next.getKey() >= chunk.end());
    subject.check(apart, "place", chunk.start(), "apart from other chunks");
    for (Chunk.Stripe stripe : chunk.stripes()) {
      if (stripe.device() == device) {
        long most = deviceBytes - chunk.deviceBytes();
        boolean within = stripe.offset() >= 0 && stripe.offset() <= most;
        subject.check(within, "stripe", stripe.offset(), "0.." + most);
      }
    }
    if (chunks.size() == CHUNKS_MAX) {
      throw new MapRefused("it has more than " + CHUNKS_MAX + " chunks, too many to keep");
    }
    chunks.put(chunk.start(), chunk);
  }

  Collection<Chunk> chunks() {
    return chunks.values();
  }

  /// Tells what lies on the device of a range that must lie within one chunk.
  void visit(long address, long size, UsedVisitor visitor) throws CorruptData {
    find(address, size).visit(device, address, size, visitor);
  }

  /// The offset on the device of a metadata block.
  ///
  /// @throws MapRefused when this device does not have it
  long locate(long address, int size) throws CorruptData, MapRefused {
    long offset = find(address, size).locate(device, address, size);
    if (offset < 0) {
      throw new MapRefused("a part of its metadata lies on other devices");
    }
    return offset;
  }

  private Chunk find(long address, long size) throws CorruptData {
    Map.Entry<Long, Chunk> found = chunks.floorEntry(address);
    boolean within = found != null && size > 0 && size <= found.getValue().end() - address;
    Subject subject = Subject.of("extent", Long.toUnsignedString(address));
    if (found == null || !within) {
      throw subject.corrupt("address", address + "+" + size, "within a chunk");
    }
    return found.getValue();
  }
}
