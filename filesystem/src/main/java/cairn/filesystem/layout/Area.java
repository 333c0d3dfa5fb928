package cairn.filesystem.layout;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A range of a volume as a volume of its own, such as a partition. Closing it closes nothing: the
/// volume belongs to whoever opened it.
public final class Area implements BlockReader {
  private final BlockReader volume;
  private final long start;
  private final long size;

  public Area(BlockReader volume, long start, long size) {
    if (start < 0 || size < 0 || start > volume.size() - size) {
      throw new IllegalArgumentException(
          "bytes " + start + "+" + size + " are not within a volume of " + volume.size());
    }
    this.volume = volume;
    this.start = start;
    this.size = size;
  }

  /// Reads a structure whose place was read, too, and may be wrong.
  ///
  /// @throws CorruptData about the subject, when the volume has no such place
  public static byte[] read(BlockReader volume, long offset, int length, Subject subject)
      throws IOException, CorruptData {
    boolean within = offset >= 0 && length >= 0 && offset <= volume.size() - length;
    subject.check(within, "place", offset + "+" + length, "within 0.." + volume.size());
    byte[] bytes = new byte[length];
    volume.read(offset, bytes, 0, length);
    return bytes;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int blockSize() {
    return volume.blockSize();
  }

  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    List<Extent> extents = new ArrayList<>();
    for (Extent extent : volume.extents(start + offset, length)) {
      extents.add(new Extent(extent.offset() - start, extent.length(), extent.state()));
    }
    return extents;
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a range of " + size);
    }
    volume.read(start + offset, target, from, length);
  }

  @Override
  public void close() {}
}
