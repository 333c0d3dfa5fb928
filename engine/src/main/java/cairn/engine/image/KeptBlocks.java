package cairn.engine.image;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A volume of which the blocks that were used last stay in memory, for readers of metadata and of
/// small files. Blocks that are read as a whole pass through: they are seldom asked for again.
public final class KeptBlocks implements BlockReader {
  /// Of the heap, so much is for blocks.
  private static final int HEAP_PART = 6;

  /// What is read of a file or device, which the kernel keeps, too: little where metadata lies
  /// scattered.
  private static final int LOCAL_BYTES = 16 << 10;

  private static final int SCATTERED_BYTES = 4 << 10;

  /// What is kept of those, a second time: only so much as is asked for again at once.
  private static final long LOCAL_MEMORY = 4 << 20;

  private final BlockReader volume;
  private final int unit;
  private final Map<Long, Block> kept;

  /// With as much memory as suits the heap.
  ///
  /// @param volumes that are open at the same time and share it
  public static KeptBlocks sharing(BlockReader volume, int volumes) {
    return new KeptBlocks(volume, Runtime.getRuntime().maxMemory() / HEAP_PART / volumes);
  }

  /// With smaller blocks than those of the volume, of which any part can be read at little cost.
  ///
  /// @param scattered whether nothing but metadata is read
  public static KeptBlocks local(BlockReader volume, boolean scattered) {
    int unit = Math.min(scattered ? SCATTERED_BYTES : LOCAL_BYTES, volume.blockSize());
    return new KeptBlocks(volume, LOCAL_MEMORY, unit);
  }

  /// @param bytes of memory at most
  public KeptBlocks(BlockReader volume, long bytes) {
    this(volume, bytes, volume.blockSize());
  }

  private KeptBlocks(BlockReader volume, long bytes, int unit) {
    this.volume = volume;
    this.unit = unit;
    long blocks = Math.max(1, bytes / unit);
    this.kept =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, Block> eldest) {
            return size() > blocks;
          }
        };
  }

  /// Read by the first who needs it, while others who do wait.
  private final class Block {
    private final long number;
    private volatile byte @Nullable [] bytes;

    Block(long number) {
      this.number = number;
    }

    byte[] bytes() throws IOException {
      byte[] known = bytes;
      return known == null ? read() : known;
    }

    private synchronized byte[] read() throws IOException {
      byte[] known = bytes;
      if (known == null) {
        known = new byte[length(number)];
        volume.read(number * unit, known, 0, known.length);
        bytes = known;
      }
      return known;
    }

    boolean isRead() {
      return bytes != null;
    }
  }

  @Override
  public long size() {
    return volume.size();
  }

  @Override
  public int blockSize() {
    return volume.blockSize();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    return volume.extents(offset, length);
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    if (offset < 0 || length < 0 || offset > size() - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a volume of " + size());
    }
    int done = 0;
    while (done < length) {
      long at = offset + done;
      int through = passThrough(at, length - done);
      if (through > 0) {
        volume.read(at, target, from + done, through);
        done += through;
      } else {
        int skip = (int) (at % unit);
        int count = Math.min(length - done, length(at / unit) - skip);
        System.arraycopy(block(at / unit), skip, target, from + done, count);
        done += count;
      }
    }
  }

  /// How many bytes from here on are whole blocks that are not in memory.
  private int passThrough(long at, int length) {
    if (at % unit != 0) {
      return 0;
    }
    int through = 0;
    while (through < length) {
      long number = (at + through) / unit;
      int next = length(number);
      if (next > length - through || isKept(number)) {
        break;
      }
      through += next;
    }
    return through;
  }

  private boolean isKept(long number) {
    synchronized (kept) {
      Block block = kept.get(number);
      return block != null && block.isRead();
    }
  }

  private byte[] block(long number) throws IOException {
    Block block;
    synchronized (kept) {
      block = kept.computeIfAbsent(number, Block::new);
    }
    return block.bytes();
  }

  private int length(long number) {
    return (int) Math.min(unit, size() - number * unit);
  }

  @Override
  public void close() throws IOException {
    volume.close();
  }
}
