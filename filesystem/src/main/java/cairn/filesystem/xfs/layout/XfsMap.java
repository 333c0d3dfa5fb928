package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.Arrays;

/// Where the blocks of a fork lie: its extents in ascending order.
public final class XfsMap {
  private static final int NUMBERS = 3;
  private static final int UNWRITTEN_BIT = 21;

  private long[] numbers = new long[NUMBERS];
  private int count;
  private long blocks;

  public static XfsMap of(XfsSource source, XfsFork fork) throws IOException, CorruptData {
    XfsMap map = new XfsMap();
    fork.visit(source, (extent, subject) -> map.add(extent));
    return map;
  }

  /// @param extent that begins where the last one ends, or later
  public void add(XfsExtent extent) {
    if (numbers.length < (count + 1) * NUMBERS) {
      numbers = Arrays.copyOf(numbers, 2 * numbers.length);
    }
    int at = count * NUMBERS;
    numbers[at] = extent.offset();
    numbers[at + 1] = extent.block();
    numbers[at + 2] = extent.count() | (extent.unwritten() ? 1L << UNWRITTEN_BIT : 0);
    count++;
    blocks += extent.count();
  }

  /// How many extents there are.
  public int count() {
    return count;
  }

  public XfsExtent get(int index) {
    int at = index * NUMBERS;
    long length = numbers[at + 2];
    return new XfsExtent(
        numbers[at],
        numbers[at + 1],
        length & (1L << UNWRITTEN_BIT) - 1,
        length >>> UNWRITTEN_BIT != 0);
  }

  /// How many blocks lie in `[from, to)` of the fork.
  public long blocks(long from, long to) {
    if (from <= 0 && to >= end()) {
      return blocks;
    }
    long sum = 0;
    for (int index = find(from); index < count && get(index).offset() < to; index++) {
      XfsExtent extent = get(index);
      sum += Math.min(to, extent.end()) - Math.max(from, extent.offset());
    }
    return sum;
  }

  /// The first block behind all extents.
  public long end() {
    return count == 0 ? 0 : get(count - 1).end();
  }

  /// The first extent that ends behind a block; [#count()] when there is none.
  public int find(long block) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (get(middle).end() > block) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /// A structure of one or several blocks of the fork.
  ///
  /// @param offset where its first block lies, in bytes
  public record Piece(Fields fields, long offset) {}

  public Piece read(XfsSource source, long block, int length, Subject subject)
      throws IOException, CorruptData {
    XfsSuperblock superblock = source.superblock();
    int blockBytes = superblock.blockBytes();
    byte[] bytes = new byte[length * blockBytes];
    long offset = 0;
    int done = 0;
    for (int index = find(block); done < length; index++) {
      long wanted = block + done;
      boolean mapped = index < count && get(index).offset() <= wanted;
      subject.check(mapped, "block", wanted, "mapped");
      XfsExtent extent = get(index);
      long place = superblock.offset(extent.block() + wanted - extent.offset());
      int blocksHere = (int) Math.min(length - done, extent.end() - wanted);
      byte[] part = Area.read(source.volume(), place, blocksHere * blockBytes, subject);
      System.arraycopy(part, 0, bytes, done * blockBytes, part.length);
      offset = done == 0 ? place : offset;
      done += blocksHere;
    }
    return new Piece(Fields.bigEndian(bytes), offset);
  }
}
