package cairn.engine.image;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.block.Extent.State;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.repository.View;
import cairn.repository.read.ChunkReader;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.Shape;
import cairn.repository.tree.VolumeTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A volume of a snapshot. Each read decodes the blocks that it needs, so whoever reads less than
/// blocks puts [KeptBlocks] before it.
///
/// What cannot be read is an [IOException] with the offset, and has [CorruptData] as its cause when
/// it is damaged.
public final class SnapshotVolume implements BlockReader {
  private final VolumeImage image;
  private final VolumeTree tree;
  private final Supplier<ChunkReader> newReader;
  private final Queue<ChunkReader> idle = new ConcurrentLinkedQueue<>();

  /// @param newReader of the chunks that the tree names; this closes what it makes
  public SnapshotVolume(VolumeImage image, VolumeTree tree, Supplier<ChunkReader> newReader) {
    this.image = image;
    this.tree = tree;
    this.newReader = newReader;
  }

  /// Closed before the view.
  public static SnapshotVolume of(View view, VolumeImage image) {
    return new SnapshotVolume(image, view.tree(image), view::newReader);
  }

  @Override
  public long size() {
    return image.size();
  }

  @Override
  public int blockSize() {
    return image.blockBytes();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    check(offset, length);
    List<Extent> extents = new ArrayList<>();
    long end = offset + length;
    long at = offset;
    while (at < end) {
      long first = at / image.blockBytes();
      long leafEnd = Math.min((Shape.nodeOf(first, 0) + 1) * Shape.FANOUT, image.blockCount());
      @Nullable ChunkId[] chunks = chunks(first, (int) (leafEnd - first));
      for (int i = 0; i < chunks.length && at < end; i++) {
        long next = Math.min(end, (first + i + 1) * image.blockBytes());
        add(extents, new Extent(at, next - at, chunks[i] == null ? State.HOLE : State.DATA));
        at = next;
      }
    }
    return extents;
  }

  private static void add(List<Extent> extents, Extent next) {
    if (!extents.isEmpty() && extents.getLast().state() == next.state()) {
      Extent last = extents.removeLast();
      extents.add(new Extent(last.offset(), last.length() + next.length(), last.state()));
    } else {
      extents.add(next);
    }
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    check(offset, length);
    if (length == 0) {
      return;
    }
    long first = offset / image.blockBytes();
    long last = (offset + length - 1) / image.blockBytes();
    @Nullable ChunkId[] chunks = chunks(first, (int) (last - first + 1));
    long at = offset;
    for (@Nullable ChunkId chunk : chunks) {
      int skip = (int) (at % image.blockBytes());
      int count = (int) Math.min(image.blockBytes() - skip, offset + length - at);
      int to = from + (int) (at - offset);
      if (chunk == null) {
        Arrays.fill(target, to, to + count, (byte) 0);
      } else {
        block(at / image.blockBytes(), chunk, skip, Slice.of(target, to, count));
      }
      at += count;
    }
  }

  private @Nullable ChunkId[] chunks(long first, int count) throws IOException {
    try {
      return tree.chunks(first, count);
    } catch (CorruptData | IOException e) {
      throw failed(first * image.blockBytes(), (long) count * image.blockBytes(), e);
    }
  }

  /// A block that is wanted whole is decoded to where it is wanted.
  private void block(long number, ChunkId chunk, int skip, Slice target) throws IOException {
    ChunkReader reader = idle.poll();
    if (reader == null) {
      reader = newReader.get();
    }
    long offset = number * image.blockBytes();
    int length = image.blockLength(number);
    try {
      if (target.length() == length) {
        reader.read(chunk, target);
      } else {
        byte[] block = new byte[length];
        reader.read(chunk, Slice.of(block));
        System.arraycopy(block, skip, target.bytes(), target.offset(), target.length());
      }
    } catch (CorruptData | IOException e) {
      throw failed(offset, length, e);
    } finally {
      idle.add(reader);
    }
  }

  private IOException failed(long offset, long length, Exception why) {
    String where = "bytes " + offset + "+" + length + " of " + image.name();
    return new IOException("cannot read " + where + ": " + why.getMessage(), why);
  }

  private void check(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size() - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a volume of " + size());
    }
  }

  @Override
  public void close() {
    idle.forEach(ChunkReader::close);
    idle.clear();
  }
}
