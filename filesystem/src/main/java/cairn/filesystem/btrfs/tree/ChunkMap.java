package cairn.filesystem.btrfs.tree;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where logical addresses lie on the devices of a [Pool].
public final class ChunkMap {
  /// As many as a file system of 1 PiB usually has.
  private static final int CHUNKS_MAX = 1 << 20;

  private static final int COPIES_MAX = 4;

  private final Pool pool;
  private final TreeMap<Long, Chunk> chunks = new TreeMap<>();

  public ChunkMap(Pool pool) {
    this.pool = pool;
  }

  /// The map that the superblock holds, which is enough to read the tree of chunks.
  public static ChunkMap system(Pool pool) throws CorruptData, NotHere {
    BtrfsSuperblock superblock = pool.superblock();
    ChunkMap map = new ChunkMap(pool);
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
      map.add(Chunk.read(key, array.part(at, bytes), superblock));
      at += bytes;
    }
    return map;
  }

  /// The whole map.
  public static ChunkMap read(Pool pool) throws IOException, CorruptData, NotHere {
    BtrfsSuperblock superblock = pool.superblock();
    ChunkMap all = new ChunkMap(pool);
    new Tree(new BlockSource(pool, system(pool)), superblock.chunkTree())
        .visit(
            new Key(Ids.FIRST, Key.CHUNK_ITEM, 0),
            new Key(Ids.FIRST, Key.CHUNK_ITEM, -1),
            item -> all.add(Chunk.read(item.key(), item.data(), superblock)));
    return all;
  }

  public void add(Chunk chunk) throws CorruptData, NotHere {
    Subject subject = Subject.of("chunk", Long.toUnsignedString(chunk.start()));
    Map.Entry<Long, Chunk> before = chunks.floorEntry(chunk.start());
    boolean after = before == null || before.getValue().end() <= chunk.start();
    Map.Entry<Long, Chunk> next = chunks.ceilingEntry(chunk.start());
    boolean apart = after && (next == null || next.getKey() >= chunk.end());
    subject.check(apart, "place", chunk.start(), "apart from other chunks");
    for (Pool.Member member : pool.members()) {
      long most = member.superblock().deviceBytes() - chunk.deviceBytes();
      for (Chunk.Stripe stripe : chunk.stripes()) {
        boolean here = stripe.device() == member.superblock().deviceId();
        boolean within = stripe.offset() >= 0 && stripe.offset() <= most;
        subject.check(!here || within, "stripe", stripe.offset(), "0.." + most);
      }
    }
    if (chunks.size() == CHUNKS_MAX) {
      throw new NotHere("it has more than " + CHUNKS_MAX + " chunks, too many to keep");
    }
    chunks.put(chunk.start(), chunk);
  }

  public Collection<Chunk> chunks() {
    return chunks.values();
  }

  /// Tells what lies on the device that it is looked at from of a range that must lie within one
  /// chunk.
  public void visit(long address, long size, Chunk.RangeVisitor visitor) throws CorruptData {
    find(address, size).visit(pool.superblock().deviceId(), address, size, visitor);
  }

  /// Where a range that lies together lies: the place in the pool of each copy, of none when all
  /// lie on other devices.
  public long[] copies(long address, int size) throws CorruptData {
    long[] found = new long[COPIES_MAX];
    int[] count = {0};
    Chunk chunk = find(address, size);
    for (Pool.Member member : pool.members()) {
      chunk.visitCopies(
          member.superblock().deviceId(),
          address,
          size,
          (offset, length) -> {
            if (count[0] < COPIES_MAX) {
              found[count[0]++] = pool.place(member, offset, length);
            }
          });
    }
    return Arrays.copyOf(found, count[0]);
  }

  /// How many of `size` bytes from an address on lie together.
  public int together(long address, int size) throws CorruptData {
    return (int) Math.min(size, find(address, 1).together(address));
  }

  /// The chunk that a range lies in as a whole.
  public Optional<Chunk> chunk(long address, long size) {
    Map.Entry<Long, Chunk> found = chunks.floorEntry(address);
    boolean within = found != null && size > 0 && size <= found.getValue().end() - address;
    return found != null && within ? Optional.of(found.getValue()) : Optional.empty();
  }

  private Chunk find(long address, long size) throws CorruptData {
    Optional<Chunk> found = chunk(address, size);
    if (found.isEmpty()) {
      throw Subject.of("extent", Long.toUnsignedString(address))
          .corrupt("address", Long.toUnsignedString(address) + "+" + size, "within a chunk");
    }
    return found.get();
  }
}
