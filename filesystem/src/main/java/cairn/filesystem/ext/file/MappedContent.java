package cairn.filesystem.ext.file;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.ext.disk.BlockMap;
import cairn.filesystem.ext.disk.BlockMap.Run;
import cairn.filesystem.ext.disk.Blocks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Content that lies in blocks of the volume.
final class MappedContent implements BlockReader {
  private final BlockMap map;
  private final long size;
  private final BlockReader volume;
  private final int blockBytes;

  MappedContent(BlockMap map, long size, Blocks blocks) {
    this.map = map;
    this.size = size;
    this.volume = blocks.volume();
    this.blockBytes = blocks.superblock().blockBytes();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int blockSize() {
    return blockBytes;
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    checkRange(offset, length);
    List<Extent> extents = new ArrayList<>();
    long end = offset + length;
    long at = offset;
    while (at < end) {
      Run run = find(at);
      long next = Math.min(end, runEnd(run));
      add(extents, at, next, run.isHole() ? Extent.State.HOLE : Extent.State.DATA);
      at = next;
    }
    return extents;
  }

  private static void add(List<Extent> extents, long from, long to, Extent.State state) {
    boolean joins = !extents.isEmpty() && extents.getLast().state() == state;
    long start = joins ? extents.removeLast().offset() : from;
    extents.add(new Extent(start, to - start, state));
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    checkRange(offset, length);
    int done = 0;
    while (done < length) {
      long at = offset + done;
      Run run = find(at);
      int piece = (int) Math.min(length - done, runEnd(run) - at);
      if (run.isHole()) {
        Arrays.fill(target, from + done, from + done + piece, (byte) 0);
      } else {
        long within = at - run.logical() * blockBytes;
        volume.read(run.physical() * blockBytes + within, target, from + done, piece);
      }
      done += piece;
    }
  }

  private Run find(long at) throws IOException {
    try {
      return map.find(at / blockBytes);
    } catch (CorruptData e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private long runEnd(Run run) {
    return run.end() > Long.MAX_VALUE / blockBytes ? Long.MAX_VALUE : run.end() * blockBytes;
  }

  private void checkRange(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a file of " + size);
    }
  }

  @Override
  public void close() {}
}
