package cairn.filesystem.xfs.file;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.filesystem.xfs.layout.XfsExtent;
import cairn.filesystem.xfs.layout.XfsMap;
import cairn.filesystem.xfs.layout.XfsSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The content of a file. Extents that were never written read as zeros. Closing it closes nothing.
final class XfsContent implements BlockReader {
  private final XfsSource source;
  private final long size;
  private final XfsMap map;
  private final int block;

  XfsContent(XfsSource source, long size, XfsMap map) {
    this.source = source;
    this.size = size;
    this.map = map;
    this.block = source.superblock().blockBytes();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int blockSize() {
    return block;
  }

  @Override
  public List<Extent> extents(long offset, long length) {
    check(offset, length);
    List<Extent> extents = new ArrayList<>();
    long end = offset + length;
    for (long at = offset; at < end; ) {
      Extent next = extentAt(at, end);
      Extent last = extents.isEmpty() ? null : extents.getLast();
      if (last != null && last.state() == next.state()) {
        extents.removeLast();
        next = new Extent(last.offset(), last.length() + next.length(), next.state());
      }
      extents.add(next);
      at = next.end();
    }
    return extents;
  }

  private Extent extentAt(long at, long end) {
    int index = map.find(at / block);
    if (index == map.count()) {
      return new Extent(at, end - at, Extent.State.HOLE);
    }
    XfsExtent extent = map.get(index);
    if (extent.offset() > at / block) {
      return new Extent(at, end(extent.offset(), end) - at, Extent.State.HOLE);
    }
    Extent.State state = extent.unwritten() ? Extent.State.HOLE : Extent.State.DATA;
    return new Extent(at, end(extent.end(), end) - at, state);
  }

  /// The start of a block, in bytes, if that comes before `end`.
  private long end(long number, long end) {
    return number <= end / block ? number * block : end;
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    check(offset, length);
    for (long at = offset; at < offset + length; ) {
      Extent extent = extentAt(at, offset + length);
      int place = from + (int) (at - offset);
      if (extent.state() == Extent.State.HOLE) {
        Arrays.fill(target, place, place + (int) extent.length(), (byte) 0);
      } else {
        XfsExtent found = map.get(map.find(at / block));
        long start = source.superblock().offset(found.block());
        long within = at - found.offset() * block;
        source.volume().read(start + within, target, place, (int) extent.length());
      }
      at = extent.end();
    }
  }

  private void check(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a file of " + size);
    }
  }

  @Override
  public void close() {}
}
