package cairn.filesystem.xfs.check;

import cairn.filesystem.xfs.layout.XfsInodeChunk;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the trees of inodes and the inodes themselves say, and how often each inode is named.
final class Inodes {
  /// Which inodes belong together, and what was found of each of them.
  static final class Chunk {
    private final long group;
    private final XfsInodeChunk told;
    private final int[] links = new int[XfsInodeChunk.INODES];
    private final int[] named = new int[XfsInodeChunk.INODES];
    private final byte[] type = new byte[XfsInodeChunk.INODES];
    private final byte[] namedType = new byte[XfsInodeChunk.INODES];
    private final byte[] state = new byte[XfsInodeChunk.INODES];
    private long @Nullable [] parents;
    private long @Nullable [] upward;

    Chunk(long group, XfsInodeChunk told) {
      this.group = group;
      this.told = told;
    }

    long group() {
      return group;
    }

    XfsInodeChunk told() {
      return told;
    }
  }

  /// An inode of a chunk. Types are those of entries of directories, 0 while not known.
  record Place(Chunk chunk, int slot) {
    boolean isUsed() {
      return (chunk.told.existing() & ~chunk.told.free()) >>> slot << 63 != 0;
    }

    int type() {
      return chunk.type[slot];
    }

    /// How many links it says it has, as 32 bits.
    int links() {
      return chunk.links[slot];
    }

    void is(int type, long links) {
      chunk.type[slot] = (byte) type;
      chunk.links[slot] = (int) links;
    }

    void name() {
      chunk.named[slot]++;
    }

    int named() {
      return chunk.named[slot];
    }

    /// The type that its first name told.
    int namedType() {
      return chunk.namedType[slot];
    }

    void namedType(int type) {
      chunk.namedType[slot] = (byte) type;
    }

    byte state() {
      return chunk.state[slot];
    }

    void state(int state) {
      chunk.state[slot] = (byte) state;
    }

    /// The directory that names it; 0 when there is none.
    long parent() {
      return chunk.parents == null ? 0 : chunk.parents[slot];
    }

    void parent(long directory) {
      if (chunk.parents == null) {
        chunk.parents = new long[XfsInodeChunk.INODES];
      }
      chunk.parents[slot] = directory;
    }

    /// What it takes for its parent itself; 0 when that is not known.
    long upward() {
      return chunk.upward == null ? 0 : chunk.upward[slot];
    }

    void upward(long directory) {
      if (chunk.upward == null) {
        chunk.upward = new long[XfsInodeChunk.INODES];
      }
      chunk.upward[slot] = directory;
    }
  }

  private final XfsSuperblock superblock;
  private final List<List<Chunk>> groups = new ArrayList<>();

  Inodes(XfsSuperblock superblock) {
    this.superblock = superblock;
  }

  /// @param chunk that comes after those of its group that are there
  void add(Chunk chunk) {
    while (groups.size() <= chunk.group) {
      groups.add(new ArrayList<>());
    }
    groups.get((int) chunk.group).add(chunk);
  }

  List<Chunk> chunks(long group) {
    return group < groups.size() ? groups.get((int) group) : List.of();
  }

  /// The chunk that begins with an inode of a group.
  @Nullable Chunk chunk(long group, long first) {
    Chunk chunk = chunkOf(group, first);
    return chunk == null || chunk.told.first() != first ? null : chunk;
  }

  /// Where an inode is kept that a tree knows; null when none does, or it does not exist.
  @Nullable Place find(long inode) {
    if (!superblock.isInode(inode)) {
      return null;
    }
    long inGroup = superblock.inodeInGroup(inode);
    Chunk chunk = chunkOf(superblock.inodeGroup(inode), inGroup);
    if (chunk == null) {
      return null;
    }
    long slot = inGroup - chunk.told.first();
    boolean exists = slot < XfsInodeChunk.INODES && chunk.told.existing() >>> slot << 63 != 0;
    return exists ? new Place(chunk, (int) slot) : null;
  }

  long number(Place place) {
    return superblock.inode(place.chunk.group, place.chunk.told.first() + place.slot);
  }

  /// Is told inodes.
  @FunctionalInterface
  interface Visitor {
    void inode(Place place);
  }

  /// Tells all that are in use.
  void visitUsed(Visitor visitor) {
    for (List<Chunk> chunks : groups) {
      for (Chunk chunk : chunks) {
        long used = chunk.told.existing() & ~chunk.told.free();
        for (; used != 0; used &= used - 1) {
          visitor.inode(new Place(chunk, Long.numberOfTrailingZeros(used)));
        }
      }
    }
  }

  private @Nullable Chunk chunkOf(long group, long inGroup) {
    List<Chunk> chunks = chunks(group);
    int low = 0;
    int high = chunks.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (chunks.get(middle).told.first() > inGroup) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == 0 ? null : chunks.get(low - 1);
  }
}
